import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../problem/problem.js';

/**
 * Refuses a body that is not plain UTF-8 bytes on the connection. No route decodes a body: a proxy that does would see
 * another body than the service, and a packed body can be far larger than the limit.
 *
 * @throws Problem `encoded-body`, `wrong-media-type`
 */
export function checkBodyForm(headers: IncomingHttpHeaders): void {
  const { 'content-encoding': content, 'transfer-encoding': transfer, 'content-type': type } = headers;
  if (content !== undefined && !isWord(content, 'identity')) throw new Problem('encoded-body');
  if (transfer !== undefined && !isWord(transfer, 'chunked')) throw new Problem('encoded-body');
  if (type !== undefined && !isUtf8(type)) throw new Problem('wrong-media-type');
}

function isWord(header: string, word: string): boolean {
  return header.trim().toLowerCase() === word;
}

/** True without parameters and with the one parameter that says what holds anyway. */
function isUtf8(type: string): boolean {
  const [, ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  return parameters.every((parameter) => /^charset="?utf-8"?$/.test(parameter));
}
