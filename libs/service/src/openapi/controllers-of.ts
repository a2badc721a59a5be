import type { DynamicModule, Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { Reflector } from '@nestjs/core';

const metadata = new Reflector();

type Module = Type | DynamicModule;

/** Every controller of a module and of all that it imports, without starting any of them. */
export function controllersOf(module: Module): readonly Type[] {
  const seen = new Set<unknown>();
  const found = new Set<Type>();
  const pending: Module[] = [module];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const { module: type, controllers = [], imports = [] } = 'module' in next ? next : { module: next };
    for (const each of [...listed<Type>(MODULE_METADATA.CONTROLLERS, type), ...controllers]) found.add(each);
    pending.push(...listed<Module>(MODULE_METADATA.IMPORTS, type), ...(imports as readonly Module[]));
  }
  return [...found];
}

function listed<T>(key: string, type: Type): readonly T[] {
  return metadata.get<readonly T[] | undefined>(key, type) ?? [];
}
