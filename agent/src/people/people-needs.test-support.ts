import type { PeopleStanding } from '@compliance-relay/shared/relay'

/** Of two accounts, one an administrator's, while nothing of people waits for anybody. */
export const nobodyWaits: PeopleStanding = {
  accounts: 2,
  administrators: 1,
  locked: 0,
  devicesWaiting: 0,
  codesGood: 0,
  codesOver: 0,
  signersProposed: 0,
  resetsProposed: 0,
  held: 0,
  heldSince: null,
  reviewDue: '2027-03-02T08:00:00.000Z',
  review: 'due-later',
  keysLeft: 0,
  keysAtRest: 0,
  feedTokensOver: 0,
  feedTokensSoon: 0,
  receiversGone: 0,
  recoveryFilesWaiting: 0,
  recoveriesAnnounced: 0,
  recovered: null,
}
