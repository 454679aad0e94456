import type { ManifestOptions } from 'vite-plugin-pwa'

/** What makes the app one that can be installed. */
export const webManifest: Partial<ManifestOptions> = {
  id: '/',
  name: 'Compliance Relay',
  short_name: 'Relay',
  description: 'Review, sign and prove instrument records, with or without a network.',
  lang: 'en',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  background_color: '#f6f7f9',
  theme_color: '#12324a',
  icons: [
    { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
    { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
    { src: '/icons/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
}
