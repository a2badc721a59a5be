import { dirname } from 'node:path';

type Fs = typeof import('node:fs');

/** A file on the disk, under whatever name. `isDirty`: a crash of the machine may lose what was written last. */
interface Inode {
  isDirty: boolean;
}

/**
 * `node:fs`, with a record of what a crash of the machine could lose. Give it to `jest.unstable_mockModule`, and import
 * the tested module afterwards.
 *
 * A file must be on the disk before a rename or a removal refers to it, and its folder before the caller goes on.
 */
export class DiskTrace {
  readonly faults: string[] = [];
  /** Names of calls with the file that they are about. */
  readonly calls: string[] = [];
  private readonly inodes = new Map<string, Inode>();
  private readonly opened = new Map<number, string>();
  /** Names that were made or removed in a folder since the folder was last written to the disk. */
  private readonly entries = new Map<string, Set<string>>();

  /** @param isVolatile names of files that need not outlive a crash, for example locks */
  constructor(
    private readonly real: Fs,
    private readonly isVolatile: (path: string) => boolean = () => false,
  ) {}

  /** What a crash could lose now, and what was done in a wrong order. */
  leftAtRisk(): readonly string[] {
    const files = [...this.inodes].filter(([, { isDirty }]) => isDirty).map(([path]) => `${path} is not on the disk`);
    const folders = [...this.entries.keys()].map((path) => `the entries of ${path} are not on the disk`);
    return [...this.faults, ...files, ...folders];
  }

  forget(): void {
    for (const all of [this.inodes, this.opened, this.entries]) all.clear();
    this.faults.length = 0;
    this.calls.length = 0;
  }

  module(): Fs & { readonly default: Fs } {
    const traced = { ...this.real, ...this.reads(), ...this.writes() } as Fs;
    return { ...traced, default: traced };
  }

  private reads(): Pick<Fs, 'openSync' | 'closeSync'> {
    const openSync: Fs['openSync'] = (path, flags, mode) => {
      const name = String(path);
      const isNew = !this.real.existsSync(name);
      const descriptor = this.real.openSync(path, flags, mode);
      this.opened.set(descriptor, name);
      if (isNew) this.entered(name);
      if (!isNew && String(flags).startsWith('w')) this.touched(name);
      return descriptor;
    };
    const closeSync: Fs['closeSync'] = (descriptor) => {
      this.real.closeSync(descriptor);
      this.opened.delete(descriptor);
    };
    return { openSync, closeSync };
  }

  private writes(): Partial<Fs> {
    const { real } = this;
    return {
      writeSync: ((descriptor: number, ...rest: [string]) => {
        this.touched(this.opened.get(descriptor) ?? '');
        return real.writeSync(descriptor, ...rest);
      }) as Fs['writeSync'],
      writeFileSync: (file, data, options) => {
        const name = typeof file === 'number' ? (this.opened.get(file) ?? '') : String(file);
        if (!real.existsSync(name)) this.entered(name);
        this.touched(name);
        real.writeFileSync(file, data, options);
      },
      fsyncSync: (descriptor) => {
        const name = this.opened.get(descriptor) ?? '';
        this.calls.push(`sync ${name}`);
        real.fsyncSync(descriptor);
        this.entries.delete(name);
        const inode = this.inodes.get(name);
        if (inode !== undefined) inode.isDirty = false;
      },
      renameSync: (from, to) => {
        const [old, name] = [String(from), String(to)];
        this.calls.push(`rename ${name}`);
        const inode = this.inodes.get(old) ?? { isDirty: false };
        if (inode.isDirty) this.faults.push(`${name} was replaced by what is not on the disk`);
        this.requireOthers(`${name} was replaced`, [old, name]);
        real.renameSync(from, to);
        this.inodes.delete(old);
        this.inodes.set(name, inode);
        this.entered(name);
      },
      unlinkSync: (path) => {
        const name = String(path);
        this.calls.push(`unlink ${name}`);
        if (this.inodes.get(name)?.isDirty === true) this.faults.push(`${name} was removed before it was overwritten`);
        this.requireOthers(`${name} was removed`, [name]);
        real.unlinkSync(path);
        this.inodes.delete(name);
        this.entered(name);
      },
    };
  }

  /** Whoever replaces or removes a file relies on the other files of its folder, and on their names. */
  private requireOthers(what: string, [own, ...more]: readonly [string, ...string[]]): void {
    const folder = dirname(own);
    const written = [...this.inodes].filter(([path, { isDirty }]) => dirname(path) === folder && isDirty);
    const others = new Set([...written.map(([path]) => path), ...(this.entries.get(folder) ?? [])]);
    for (const path of others)
      if (![own, ...more].includes(path)) this.faults.push(`${what} while ${path} was not on the disk`);
  }

  private entered(path: string): void {
    if (this.isVolatile(path)) return;
    const folder = dirname(path);
    this.entries.set(folder, (this.entries.get(folder) ?? new Set()).add(path));
  }

  private touched(path: string): void {
    if (this.isVolatile(path)) return;
    const inode = this.inodes.get(path) ?? { isDirty: true };
    inode.isDirty = true;
    this.inodes.set(path, inode);
  }
}
