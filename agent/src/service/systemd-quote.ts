/*
 * How a text is written in a unit so that systemd reads that text and no other (systemd.syntax(7), "Quoting" and
 * systemd.unit(5), "Specifiers"). Always in double quotes: then spaces, `;` and `'` are nothing special.
 */

/** A path in a list of paths. `prefix` is one of systemd's own, e.g. `-` for a path that may be missing. */
export function quotePath(path: string, prefix: '' | '-' = ''): string {
  return `"${prefix}${escaped(path)}"`
}

/** A word of a command line, not the first: there `$` would bring in the environment. */
export function quoteArgument(text: string): string {
  return `"${escaped(text).replaceAll('$', '$$$$')}"`
}

/** The first word of a command line. systemd takes no variable there, so `$` stays as it is. */
export function quoteProgram(path: string): string {
  return `"${escaped(path)}"`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')
}
