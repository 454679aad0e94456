/** How kinds of records are said to people; one that is not here is said as it is written. */
const kinds: { readonly [kind: string]: string } = {
  'file.created': 'File created',
  'file.changed': 'File changed',
  'file.renamed': 'File renamed',
  'file.deleted': 'File deleted',
  'dataset.created': 'Data set created',
  'dataset.changed': 'Data set changed',
  'dataset.renamed': 'Data set renamed',
  'dataset.deleted': 'Data set deleted',
  'capture.refused': 'Unattributed',
  'capture.failed': 'Not captured',
  'capture.claimed': 'Claimed',
  'signature.applied': 'Signed',
  'signature.held': 'Signature held',
  'signature.refused': 'Signature refused',
  'signature.decided': 'Held one decided',
  'export.sealed': 'Export sealed',
  'trail.opened': 'Trail opened',
  'relay.started': 'Relay started',
  'relay.stopped': 'Relay stopped',
  'relay.paused': 'Relay paused',
  'clock.stepped': 'Clock stepped',
  'session.started': 'Signed in',
  'session.ended': 'Signed out',
  'session.refused': 'Sign-in refused',
  'settings.changed': 'Settings changed',
  'rules.changed': 'Rules changed',
  'account.added': 'Account added',
  'key.enrolled': 'Key enrolled',
  'key.revoked': 'Key revoked',
}

export function kindText(kind: string): string {
  return kinds[kind] ?? kind
}

export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

export function plural(count: number, one: string, more = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : more}`
}
