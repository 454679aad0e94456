import type { Role } from '@compliance-relay/shared/api'
import { useState } from 'react'
import { ActDialog } from '../parts/act-dialog.tsx'
import { CheckList } from '../parts/choices.tsx'
import { Field } from '../parts/field.tsx'
import { ask } from '../session/ask.ts'
import { type ActName, isPlain, plainActs } from './account-acts.ts'
import { roleText } from './account-words.ts'
import type { AccountView } from './accounts.ts'

interface Props {
  readonly account: AccountView
  onClose(): void
}

/** The dialog of one act on one account. */
export function AccountDialog({ act, ...props }: Props & { readonly act: ActName }) {
  if (isPlain(act)) return <PlainDialog act={plainActs[act]} {...props} />
  switch (act) {
    case 'change':
      return <ChangeDialog {...props} />
    case 'reset':
      return <ResetDialog {...props} />
    case 'link':
      return <LinkDialog {...props} />
    case 'propose':
      return <ProposeDialog {...props} />
  }
}

function PlainDialog({
  act: { route, title, says, isGrave },
  account: { id, name },
  onClose,
}: Props & { readonly act: (typeof plainActs)[keyof typeof plainActs] }) {
  return (
    <ActDialog
      title={`${title}: ${name} (${id})`}
      says={says}
      verb={title}
      look={isGrave ? 'danger' : 'primary'}
      act={async (body) => {
        await ask(route, { id, body })
        return undefined
      }}
      onClose={onClose}
    />
  )
}

const roleHints: { readonly [R in Role]: string } = {
  administrator: 'Adds and changes accounts, rules and settings; signs nothing, and has no other role.',
  operator: 'Measures, and answers for captures that nobody answers for.',
  reviewer: 'Reviews records and signs them, once two administrators have said so.',
  qa: 'Approves, decides about held signatures, and reviews the accounts once a year.',
  auditor: 'Looks at everything and changes nothing; has no other role.',
}
const roleNames = Object.keys(roleHints) as readonly Role[]

export function RoleList({
  roles,
  onChange,
}: {
  readonly roles: readonly Role[]
  onChange(roles: readonly Role[]): void
}) {
  return (
    <CheckList
      label="Roles"
      choices={roleNames.map((value) => ({ value, text: roleText(value), hint: roleHints[value] }))}
      chosen={roles}
      onChange={onChange}
    />
  )
}

function ChangeDialog({ account, onClose }: Props) {
  const [name, setName] = useState(account.name)
  const [roles, setRoles] = useState<readonly Role[]>(account.roles)
  const isRenamed = name.trim() !== account.name
  const isOther = [...roles].sort().join() !== [...account.roles].sort().join()
  return (
    <ActDialog
      title={`Change ${account.name} (${account.id})`}
      says="The full name stands on what they sign from now on. Other roles count at once, and end the right to sign."
      verb="Change"
      isReady={(isRenamed || isOther) && roles.length > 0 && name.trim() !== ''}
      act={async (given) => {
        const more = {
          ...(isRenamed ? { name: name.trim() } : {}),
          ...(isOther ? { roles: [...roles] } : {}),
        }
        await ask('changeAccount', { id: account.id, body: { ...given, ...more } })
        return undefined
      }}
      onClose={onClose}
    >
      <Field label="Full name" value={name} onChange={setName} maxLength={400} isRequired />
      <RoleList roles={roles} onChange={setRoles} />
    </ActDialog>
  )
}

const CODE = 'One-time code'

function ResetDialog({ account: { id, name, signer }, onClose }: Props) {
  const second =
    signer.state === 'granted'
      ? ' They may sign, so two administrators have to ask for it: the second gets the code, and the right to sign ends.'
      : ''
  return (
    <ActDialog
      title={`Reset the password of ${name} (${id})`}
      says={`Their password opens nothing any more, and you get a one-time code with which they set another within 15 minutes.${second}`}
      verb="Reset"
      look="danger"
      act={async (body) => {
        const { code } = await ask('resetAccount', { id, body })
        if (code === null)
          return {
            says: 'It is proposed. Another administrator has to ask for the same, and gets the code.',
          }
        return {
          says: `${name} sets a password with this code within 15 minutes, at the workstation: “I have a one-time code”.`,
          secret: { label: CODE, text: code },
        }
      }}
      onClose={onClose}
    />
  )
}

function LinkDialog({ account: { id, name }, onClose }: Props) {
  const [issuer, setIssuer] = useState('')
  const [subject, setSubject] = useState('')
  return (
    <ActDialog
      title={`Link ${name} (${id}) to the identity provider`}
      says="Whoever the provider names so is signed in as this account. What asks for a password still asks for that of this relay."
      verb="Link"
      isReady={issuer !== '' && subject !== ''}
      act={async (given) => {
        await ask('linkAccount', { id, body: { ...given, issuer, subject } })
        return undefined
      }}
      onClose={onClose}
    >
      <Field
        label="Issuer"
        hint="Its https address, as its tokens name it."
        value={issuer}
        onChange={setIssuer}
        isRequired
      />
      <Field
        label="Subject"
        hint="What the provider calls this person: sub."
        value={subject}
        onChange={setSubject}
        isRequired
      />
    </ActDialog>
  )
}

function ProposeDialog({ account: { id, name }, onClose }: Props) {
  const [identityCheck, setIdentityCheck] = useState('')
  return (
    <ActDialog
      title={`Propose that ${name} (${id}) may sign`}
      says="You have checked who this person is (21 CFR 11.100(b)). Another administrator has to grant it before they can sign."
      verb="Propose"
      isReady={identityCheck.trim() !== ''}
      act={async (given) => {
        await ask('proposeSigner', { id, body: { ...given, identityCheck } })
        return undefined
      }}
      onClose={onClose}
    >
      <Field
        label="How their identity was checked"
        hint="For example: passport shown to Anna Smith."
        value={identityCheck}
        onChange={setIdentityCheck}
        maxLength={1_000}
        isRequired
      />
    </ActDialog>
  )
}

export function AddDialog({ onClose }: { onClose(): void }) {
  const [user, setUser] = useState('')
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<readonly Role[]>([])
  return (
    <ActDialog
      title="Add an account"
      says="You get a one-time code with which its owner sets a password within 15 minutes. Nobody else knows anybody’s password."
      verb="Add"
      isReady={user !== '' && name.trim() !== '' && roles.length > 0}
      act={async (given) => {
        const { code } = await ask('addAccount', {
          body: { ...given, user, name: name.trim(), roles: [...roles] },
        })
        return {
          says: `${name.trim()} sets a password with this code within 15 minutes, at the workstation: “I have a one-time code”, user id ${user}.`,
          secret: { label: CODE, text: code },
        }
      }}
      onClose={onClose}
    >
      <Field
        label="User id"
        hint="2 to 32 small letters, digits, dots, hyphens and underscores. It is never used again for anybody else."
        value={user}
        onChange={setUser}
        maxLength={32}
        autoComplete="off"
        isRequired
      />
      <Field
        label="Full name"
        hint="As it is to stand on signatures."
        value={name}
        onChange={setName}
        maxLength={400}
        autoComplete="off"
        isRequired
      />
      <RoleList roles={roles} onChange={setRoles} />
    </ActDialog>
  )
}
