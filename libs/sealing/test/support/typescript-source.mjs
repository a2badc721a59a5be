// Lets plain Node run the sources: it strips the types itself, only `./x.js` has to be found as `./x.ts`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOwn =
      specifier.startsWith('.') && specifier.endsWith('.js') && !context.parentURL.includes('/node_modules/');
    return nextResolve(isOwn ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
