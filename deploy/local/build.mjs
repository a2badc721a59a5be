// Builds everything that Node runs (apps, libs, deploy, test) from TypeScript into dist/, in one pass, and copies the
// data files beside it. `tsc` checks the types, not this script. A build is either complete or absent.
import { cp, glob, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { transformFile } from '@swc/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = '{apps,libs,deploy,test}';

/** @returns {Promise<number>} the number of files that were built */
export async function build() {
  const target = join(root, 'dist');
  const unfinished = join(root, `.dist-${process.pid}`);
  await rm(unfinished, { recursive: true, force: true });
  let built = 0;
  try {
    const exclude = (name) => name === 'node_modules' || name === 'dist';
    const sources = await Array.fromAsync(glob(`${folders}/**/*.ts`, { cwd: root, exclude }));
    const wanted = sources.filter((file) => !/\.(spec|planted|d)\.ts$/.test(file));
    await Promise.all(wanted.map((file) => buildFile(file, unfinished)));
    const data = await Array.fromAsync(glob(`${folders}/**/*.{json,sql}`, { cwd: root, exclude }));
    await Promise.all(data.filter((file) => !/tsconfig/.test(file)).map((file) => copyFile(file, unfinished)));
    built = wanted.length;
    const old = join(root, `.dist-old-${process.pid}`);
    await rename(target, old).catch(() => undefined);
    await rename(unfinished, target);
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return built;
}

async function buildFile(file, target) {
  const output = join(target, file.replace(/\.ts$/, '.js'));
  const { code, map } = await transformFile(join(root, file), {
    cwd: root,
    sourceFileName: relative(dirname(output), join(root, file)),
  });
  await mkdir(dirname(output), { recursive: true });
  await writeFile(output, map === undefined ? code : `${code}\n//# sourceMappingURL=${output.split('/').at(-1)}.map\n`);
  if (map !== undefined) await writeFile(`${output}.map`, map);
}

async function copyFile(file, target) {
  await mkdir(dirname(join(target, file)), { recursive: true });
  await cp(join(root, file), join(target, file));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = performance.now();
  const built = await build();
  console.log(`built ${built} files in ${Math.round(performance.now() - began)} ms`);
}
