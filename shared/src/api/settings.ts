import { z } from 'zod'
import type { ProblemCode } from './problem.ts'
import { type ProblemDetail, problemDetails } from './problem-detail.ts'
import type { Route } from './route.ts'
import { passwordField, reasonField } from './schemas.ts'

/*
 * What a workstation's relay goes by, and what an administrator sets of it: the same that its commands do. What a
 * project, a folder or a person may be called, the relay says, in words of its own.
 */

const time = z.string()
const text = (lengthMax: number) => z.string().max(lengthMax)
const projectField = text(200)
const watchField = z
  .string()
  .regex(/^w[0-9]{1,6}$/)
  .describe('Id of the watched folder, as the settings have it.')
const folderField = text(4_096).describe(
  'A whole path on the machine of the relay, from its root or drive on.',
)
const profileField = text(100).describe('Id of an instrument profile; `any` for all of them.')
const instrumentField = text(200).describe(
  'What people call the instrument; the name of the relay unless given.',
)
const quietField = z
  .int()
  .min(1)
  .max(3_600)
  .describe('How long a file must not have changed to be at rest, in seconds.')
const hintsField = z.boolean().describe('False: notices of the system are not used, e.g. on a network share.')

export const watchSchema = z.strictObject({
  id: z.string(),
  path: z.string(),
  project: z.string(),
  device: z.string(),
  /** Null: all profiles are tried. */
  profile: z.string().nullable(),
  quietSeconds: z.int(),
  hints: z.boolean(),
  /** Since when it is watched no more; null while it is. */
  ended: time.nullable(),
})

/** Of a badge only that there is one. */
export const enrolledSchema = z.strictObject({
  /** The account of the operating system, as the site writes it. */
  id: z.string(),
  name: z.string(),
  since: time.nullable(),
  disabled: z.boolean(),
  badge: z.boolean(),
})

export const settingsSchema = z.strictObject({
  org: z.string(),
  name: z.string(),
  notary: z.string().describe('Folder of the notary.'),
  projects: z.array(z.string()),
  watches: z.array(watchSchema),
  persons: z.array(enrolledSchema),
  /** Accounts that several people use: they stand for nobody. */
  shared: z.array(z.string()),
  /** How the relay finds who wrote a file: what can tell first decides. */
  order: z.array(z.string()),
  profiles: z.array(z.strictObject({ id: z.string(), title: z.string(), unit: z.enum(['folder', 'file']) })),
})
export type SettingsView = z.infer<typeof settingsSchema>

/** The settings after a change, and what of it should be thought over, a sentence each. */
export const settingsChangedSchema = z.strictObject({
  settings: settingsSchema,
  warnings: z.array(z.string()),
})
export type SettingsChangedView = z.infer<typeof settingsChangedSchema>

/** Whether a folder can be put under watch, and if not, why: in the words of a refusal. */
export const folderSchema = z.strictObject({
  /** Its links resolved, if it is there; else as it was named. */
  path: z.string(),
  isThere: z.boolean(),
  isReadable: z.boolean(),
  canBeWatched: z.boolean(),
  detail: z.enum(problemDetails as readonly [ProblemDetail, ...ProblemDetail[]]).nullable(),
  says: z.string().nullable(),
  /** The watch that it is, or was; null if it never was one. */
  watch: z.string().nullable(),
})
export type FolderView = z.infer<typeof folderSchema>

const asked = { password: passwordField, reason: reasonField }
const how = {
  profile: profileField.optional(),
  device: instrumentField.optional(),
  quietSeconds: quietField.optional(),
}

const changing = {
  method: 'POST',
  action: 'settings.change',
  asksPassword: true,
  result: settingsChangedSchema,
  problems: ['reason-missing', 'settings-refused', 'nothing-changed'] as readonly ProblemCode[],
} as const

export const settingsRoutes = {
  readSettings: {
    method: 'GET',
    path: '/v1/settings',
    action: 'settings.read',
    asksPassword: false,
    body: undefined,
    result: settingsSchema,
    problems: [],
    says: 'What the relay goes by: projects, watched folders, enrolled persons, and the instrument profiles it knows.',
  },
  lookAtFolder: {
    method: 'POST',
    path: '/v1/folders/look',
    action: 'settings.change',
    asksPassword: false,
    body: z.strictObject({ folder: folderField }),
    result: folderSchema,
    problems: [],
    says: 'Whether a folder of the relay’s machine is there, can be read, and can be put under watch. Nothing is changed.',
  },
  addProject: {
    ...changing,
    path: '/v1/projects',
    body: z.strictObject({ ...asked, project: projectField }),
    says: 'Adds a project, as `relay project add` does.',
  },
  addWatch: {
    ...changing,
    path: '/v1/watches',
    body: z.strictObject({
      ...asked,
      folder: folderField,
      project: projectField,
      ...how,
      hints: hintsField.optional(),
    }),
    says:
      'Puts a folder under watch, as `relay watch add` does. One that was watched before is taken up where it was left, ' +
      'as it was set.',
  },
  changeWatch: {
    ...changing,
    path: '/v1/watches/change',
    body: z.strictObject({ ...asked, watch: watchField, project: projectField.optional(), ...how }),
    says: 'Another project, profile, device or quiet window, for what is recorded of a watched folder from now on.',
  },
  endWatch: {
    ...changing,
    path: '/v1/watches/end',
    body: z.strictObject({ ...asked, watch: watchField }),
    says: 'Watches a folder no more, as `relay watch remove` does. Its records stay, and it can be taken up again.',
  },
  addPerson: {
    ...changing,
    path: '/v1/persons',
    body: z.strictObject({
      ...asked,
      osAccount: text(200).describe('The account of the operating system that the person works under.'),
      name: text(400),
    }),
    says: 'Enrols the person behind an account of the relay’s machine, for what it writes from now on.',
  },
} as const satisfies { readonly [name: string]: Route }

/** A change of the settings as it is asked for, whoever asks. */
export type SettingsAct =
  | { readonly what: 'project.add'; readonly project: string }
  | ({ readonly what: 'watch.add'; readonly folder: string; readonly project: string } & HowWatched & {
        readonly hints?: boolean | undefined
      })
  | ({
      readonly what: 'watch.change'
      readonly watch: string
      readonly project?: string | undefined
    } & HowWatched)
  | { readonly what: 'watch.remove'; readonly watch: string }
  | { readonly what: 'person.add'; readonly id: string; readonly name: string }

interface HowWatched {
  readonly profile?: string | undefined
  readonly device?: string | undefined
  readonly quietSeconds?: number | undefined
}
