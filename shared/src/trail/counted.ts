/** How many of what: `1 record`, `2 records`. `more`: how several are called. */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`
}
