/** Instrument profiles: what a folder or file is, whether its run is complete, and what identifies it. */
export { examine, NOTES_MAX } from './examine.ts'
export {
  BUILT_IN_PROFILES,
  loadAllProfiles,
  loadProfiles,
  type Profiles,
  type RefusedProfile,
} from './load-profiles.ts'
export { PROFILE_BYTES_MAX, ProfileError, parseProfile } from './parse-profile.ts'
export { isRaw, type Recognised, recogniseFile, recogniseFolder } from './recognise.ts'
export {
  type Claim,
  type Examination,
  FIELDS,
  type FieldName,
  type FolderGlance,
  type Member,
  type Profile,
  type UnitView,
} from './types.ts'
