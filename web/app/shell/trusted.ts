interface TrustedTypesFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): URL }
}

/** Scripts of this app's own origin, and nothing else: the one policy that its headers allow. */
const policy = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes?.createPolicy('relay-sw', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin)
      throw new TypeError(`${url} is no script of this app`)
    return url
  },
})

/** The address of a script of this app, as Trusted Types want it where a browser has them. */
export function ownScript(url: string): URL {
  return policy === undefined ? new URL(url, location.href) : policy.createScriptURL(url)
}
