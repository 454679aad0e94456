import { addRoute, cleanupOutdatedCaches, createHandlerBoundToURL, precache } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope

/*
 * Everything the app is made of is on the device before it is called installed. What a relay answers is never kept here:
 * records are kept by the app itself, verified.
 */
precache(self.__WB_MANIFEST)
// Before the files, for the start page is a place, too: what a relay sends for it depends on who asks (`vary`), so that a
// browser that goes there would not find the page that was kept as a file.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), {
    denylist: [/^\/v1\//, /^\/problems\//, /^\/(?:healthz|readyz)$/],
  }),
)
addRoute()
cleanupOutdatedCaches()

// A new version waits until somebody says so, or nobody has the app open.
self.addEventListener('message', ({ data }) => {
  if (data?.type === 'SKIP_WAITING') void self.skipWaiting()
})
