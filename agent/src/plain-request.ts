import type { IncomingMessage } from 'node:http'

/**
 * Whether a request says one thing only: what it is for, and where it ends. Node's parser refuses what is framed twice
 * or ambiguously (RFC 9112, 6.3); this refuses what it lets pass and readers could take for this or for that:
 *
 * - another version than HTTP/1.1 or 1.0, which has no chunks; `Transfer-Encoding` other than `chunked` (6.1, 7);
 * - a body with GET or HEAD: nothing here takes one, so nobody would see it;
 * - more than one `Host`, or a target that is not a path in its one spelling: the name of a server belongs into `Host`,
 *   where it is looked at, and a path that is first made shorter is another path (3.2).
 */
export function isPlainRequest({
  method,
  url,
  httpVersion,
  headers,
  headersDistinct,
}: IncomingMessage): boolean {
  const coding = headers['transfer-encoding']
  const length = headers['content-length']
  if (httpVersion !== '1.1' && (httpVersion !== '1.0' || coding !== undefined)) return false
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return false
  const hasBody = coding !== undefined || (length !== undefined && length !== '0')
  if (hasBody && (method === 'GET' || method === 'HEAD')) return false
  return headersDistinct['host']?.length === 1 && isPlainTarget(url ?? '')
}

function isPlainTarget(target: string): boolean {
  const read = URL.parse(target, 'http://x')
  return read !== null && read.host === 'x' && read.pathname + read.search === target
}
