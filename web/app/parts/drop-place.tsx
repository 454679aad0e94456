import { type DragEvent, useId, useRef, useState } from 'react'
import { chosenFiles, droppedFiles, FILES_MAX, TooMany } from '../../check/dropped.ts'
import type { DroppedFile } from '../../check/messages.ts'
import { Button } from './button.tsx'
import styles from './drop-place.module.css'
import { countText } from './words.ts'

interface Props {
  readonly label: string
  /** What to do with the mouse, before the buttons. */
  readonly hint: string
  readonly choose: string
  /** Folders, too. */
  readonly chooseFolder?: string
  readonly accept?: string
  readonly isDisabled?: boolean
  readonly onFiles: (files: readonly DroppedFile[]) => void
  readonly onFault: (why: string) => void
}

/** A place to drop files on, with buttons that do the same. */
export function DropPlace({
  label,
  hint,
  choose,
  chooseFolder,
  accept,
  isDisabled,
  onFiles,
  onFault,
}: Props) {
  const [isOver, setOver] = useState(false)
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const hintId = useId()
  const give = async (read: () => Promise<readonly DroppedFile[]> | readonly DroppedFile[]) => {
    try {
      const given = await read()
      if (given.length > 0) onFiles(given)
    } catch (error) {
      onFault(
        error instanceof TooMany
          ? `More than ${countText(FILES_MAX)} files are not looked at in one go: give the folders in it one by one.`
          : `It could not be read: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  const chosen = (input: HTMLInputElement) => {
    void give(() => chosenFiles(input))
    // Choosing the same file again is to look at it again.
    input.value = ''
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (isDisabled !== true) void give(() => droppedFiles(event.dataTransfer))
  }
  return (
    <fieldset
      className={`${styles['zone']} ${isOver ? styles['over'] : ''}`}
      aria-label={label}
      aria-describedby={hintId}
      data-drop-place
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className={styles['hint']} id={hintId}>
        {hint}
      </span>
      <Button isDisabled={isDisabled === true} onPress={() => files.current?.click()}>
        {choose}
      </Button>
      <input
        ref={files}
        type="file"
        hidden
        multiple={chooseFolder !== undefined}
        accept={accept}
        onChange={({ target }) => chosen(target)}
      />
      {chooseFolder !== undefined && (
        <>
          <Button isDisabled={isDisabled === true} onPress={() => folder.current?.click()}>
            {chooseFolder}
          </Button>
          <input
            ref={(input) => {
              folder.current = input
              input?.setAttribute('webkitdirectory', '')
            }}
            type="file"
            hidden
            onChange={({ target }) => chosen(target)}
          />
        </>
      )}
    </fieldset>
  )
}
