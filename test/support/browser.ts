import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { cacheFolder, repositoryRoot } from '../../deploy/local/layout.js';

const root = repositoryRoot;
const run = promisify(execFile);

/** The browser must not use the network: tests run without one, and leak nothing. */
const flags = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Bundle {
  /** One ES module */
  readonly code: string;
  /** The files that went into it, relative to the repository */
  readonly files: readonly string[];
}

/** Bundles a module of the repository for a page, under the import condition `browser`. */
export async function bundleForBrowser(entry: string): Promise<Bundle> {
  const { stdout } = await run(process.execPath, [join(root, 'test/support/bundle.mjs'), entry], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Bundle;
}

export interface ServedPage {
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * Serves an empty page that loads one module, from loopback: WebCrypto exists only in a secure context, and a loopback
 * address counts as one. The content security policy is as strict as that of a real page.
 */
export async function servePage(module: string): Promise<ServedPage> {
  const page =
    '<!doctype html><meta charset="utf-8"><title>test</title><script type="module" src="/bundle.js"></script>';
  const server: Server = createServer(({ url }, answer) => {
    const isModule = url === '/bundle.js';
    answer.writeHead(url === '/' || isModule ? 200 : 404, {
      'content-type': isModule ? 'text/javascript' : 'text/html; charset=utf-8',
      // WebAssembly (Argon2id) needs its own source in the policy.
      'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
    });
    answer.end(isModule ? module : page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${port}`, stop };
}

/** Starts headless Chromium; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath(), args: flags });
}

/**
 * Returns the path of Chromium. Its npm package unpacks it in place, so that a second process could find it incomplete.
 * Here it is unpacked into another folder and moved into the cache as a whole.
 */
async function chromiumPath(): Promise<string> {
  const packaged = readFileSync(join(root, 'node_modules/@sparticuz/chromium/package.json'));
  const name = `chromium-${createHash('sha256').update(packaged).digest('hex').slice(0, 16)}`;
  const folder = cacheFolder(name);
  if (existsSync(folder)) return join(folder, 'chromium');
  mkdirSync(dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}-`);
  const unpack = "await (await import('@sparticuz/chromium')).default.executablePath()";
  await run(process.execPath, ['--input-type=module', '-e', unpack], {
    cwd: root,
    env: { ...process.env, TMPDIR: aside },
  });
  try {
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    // Ignored if another process was faster.
    if (!existsSync(folder)) throw error;
  }
  return join(folder, 'chromium');
}
