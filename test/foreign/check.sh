#!/usr/bin/env bash
# Checks a trail with bash, openssl and coreutils alone: the auditor's shell of FORMAT.md. It shares no code
# with the relay. Usage: check.sh FOLDER. One line a check, `ok` or `FAIL`; exit 1 if one failed.
#
# Each check is a function in a subshell of its own: `refuse` ends it, and what it prints last is the detail.
set -uo pipefail
export LC_ALL=C # so that slices count bytes
cd "$1" || exit 2
# Thousands of files of 65 bytes: in memory if there is such a place, for a busy disk takes minutes over them.
space=${TMPDIR:-/tmp}
[[ -w /dev/shm ]] && space=/dev/shm
work=$(mktemp -d -p "$space") || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

check() {
  local said
  if said=$("${@:2}" 2>&1); then echo "ok   $1 (${said##*$'\n'})"; else
    echo "FAIL $1: ${said##*$'\n'}"
    failed=1
  fi
}
refuse() {
  echo "$*"
  exit 1
}
# What was counted must not be nothing: a check of no signatures is no check.
counted() { (($1 > 0)) && echo "$*" || refuse "no $2 to check"; }

unhex() { tr -d '\n' | tr a-f A-F | basenc --base16 -d; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" "${@:2}" | sed 's/.*= //'; }
sha256() { sha256sum | cut -c1-64; }

# The lines

whole_lines() {
  # `read` drops NUL bytes without a word, so a line with one more would pass every check after this.
  tr -d '\0' < trail.jsonl | cmp -s - trail.jsonl || refuse 'a NUL byte'
  [[ $(tail -c 1 trail.jsonl | hex) == 0a ]] || refuse 'no newline after the last line'
  counted ${#lines[@]} lines
}

leaf_hashes() {
  diff "$work/leaves" leaves.txt > "$work/diff" || refuse "$(grep -c '^[<>]' "$work/diff") lines differ"
  counted ${#leaves[@]} lines
}

# FORMAT.md's slices, and the fixed tail of a record. A line of another form leaves its fields empty.
entry_end='^(.*),"kid":"([0-9a-f]{16})","kind":"([a-z0-9.-]+)","prev":"([0-9a-f]{64})","seq":([0-9]+),'
entry_end+='"time":"[0-9TZ:.-]+","trail":"([a-z0-9./-]+)","v":1}$'
take_apart() {
  local i=$1 line=$2 end
  [[ $line == '{"checksum":"'*'","record":{'*'}}' ]] || line=
  sums[i]=${line:13:64} end=${line:88} end=${end%?} recs[i]=$end
  ((${#end} > 480)) && end=${end: -480}
  [[ $end =~ $entry_end ]] || BASH_REMATCH=()
  kids[i]=${BASH_REMATCH[2]-} kinds[i]=${BASH_REMATCH[3]-} prevs[i]=${BASH_REMATCH[4]-}
  seqs[i]=${BASH_REMATCH[5]-} trails[i]=${BASH_REMATCH[6]-}
}

# The keyed chain

kid_of() { printf 'compliance-relay/kid/v1\n' | hmac "$1" | cut -c1-16; }
next_key() { printf 'compliance-relay/next-key/v1\n' | hmac "$1"; }

mac_keys() {
  local i
  for ((i = 0; i < ${#given[@]}; i += 2)); do
    [[ $(kid_of "${given[i + 1]}") == "${given[i]}" ]] || refuse "key $((i / 2)) is not named ${given[i]}"
    ((i == 0)) || [[ ${given[i + 1]} == "$(next_key "${given[i - 1]}")" ]] ||
      refuse "key $((i / 2)) is not derived"
  done
  counted $((${#given[@]} / 2)) keys
}

# From the first key alone: after each key.rotated that names the next key, the next key is in force.
find_epochs() {
  local i key=${given[1]} next
  for i in "${!lines[@]}"; do
    keys[i]=$key names[i]=${names[i]-$(kid_of "$key")}
    next=
    if [[ ${kinds[i]} == key.rotated && ${recs[i]} =~ \"next\":\"([0-9a-f]{16})\" ]]; then
      next=$(next_key "$key")
      [[ $(kid_of "$next") == "${BASH_REMATCH[1]}" ]] && key=$next
      names[i + 1]=$(kid_of "$key")
    elif ((i + 1 < ${#lines[@]})); then
      names[i + 1]=${names[i]}
    fi
  done
}

chain() {
  local i prev=0000000000000000000000000000000000000000000000000000000000000000
  for i in "${!lines[@]}"; do
    [[ ${seqs[i]} == "$i" ]] || refuse "line $((i + 1)): expected seq $i, found '${seqs[i]}'"
    [[ ${trails[i]} == "$origin" ]] || refuse "line $((i + 1)): of another trail, ${trails[i]}"
    [[ ${prevs[i]} == "$prev" ]] || refuse "line $((i + 1)): does not follow the line before it"
    [[ ${kids[i]} == "${names[i]}" ]] || refuse "line $((i + 1)): key in force ${names[i]}, found ${kids[i]}"
    prev=${sums[i]}
  done
  [[ $(printf '%s\n' "${kids[@]}" | sort -u | wc -l) == $((${#given[@]} / 2)) ]] ||
    refuse 'a key was never in force'
  counted ${#lines[@]} records
}

checksums() {
  local i key file count=0
  for key in "${keys[@]}"; do [[ -d $work/mac/$key ]] || mkdir -p "$work/mac/$key"; done
  for i in "${!lines[@]}"; do
    printf -v file '%s/mac/%s/%06d' "$work" "${keys[i]}" "$i"
    printf 'compliance-relay/record/v1\n%s' "${recs[i]}" > "$file"
  done
  for key in "$work"/mac/*; do
    local files=("$key"/*) macs
    mapfile -t macs < <(hmac "${key##*/}" "${files[@]}")
    for file in "${!files[@]}"; do
      i=$((10#${files[file]##*/}))
      [[ ${macs[file]-} == "${sums[i]}" ]] || refuse "line $((i + 1)): another checksum"
      ((count++))
    done
  done
  counted $count records
}

# The tree (RFC 6962, section 2.1). Perfect subtrees are hashed once for all sizes, a level at a time, in one
# file a level and one hash a line; a root is then made of one of them for each bit set in its size.

perfect_subtrees() {
  local level=0
  cp "$work/leaves" "$work/level-0"
  while (($(wc -l < "$work/level-$level") > 1)); do
    rm -rf "$work/nodes" && mkdir "$work/nodes"
    paste -d '\0' - - < "$work/level-$level" | sed -n 's/^.\{128\}$/01&/p' | unhex |
      split -b 65 -a 4 -d - "$work/nodes/"
    ((level++)) # here: in a pipeline it would be counted in a subshell
    (cd "$work/nodes" && sha256sum -- *) | cut -c1-64 > "$work/level-$level"
  done
}

root_of() {
  local size=$1 from=0 level parts=() root
  ((0 < size && size <= ${#leaves[@]})) || refuse "there are ${#leaves[@]} lines, not $size"
  for ((level = 15; level >= 0; level--)); do
    ((size >> level & 1)) || continue
    parts+=("$(sed -n "$(((from >> level) + 1))p" "$work/level-$level")")
    ((from += 1 << level))
  done
  root=${parts[-1]}
  for ((level = ${#parts[@]} - 2; level >= 0; level--)); do
    root=$(printf '01%s%s' "${parts[level]}" "$root" | unhex | sha256)
  done
  echo "$root"
}

roots() {
  local file size root count=0
  for file in checkpoints/*; do
    { read -r _ && read -r size && read -r root; } < "$file"
    [[ $(root_of "$size") == "$(base64 -d <<< "$root" | hex)" ]] || refuse "$file: another root at size $size"
    ((count++))
  done
  counted $count roots
}

# Notes

key_bytes() { base64 -d <<< "${1#*+*+}"; }
text_of() { sed '/^$/,$d' "$1"; }

# The signature bytes in hexadecimal on the line of a key, found by name and id.
signature_of() {
  local note=$1 name=${2%%+*} id=${2#*+} dash who encoded bytes
  while read -r dash who encoded; do
    bytes=$(base64 -d <<< "$encoded" | hex)
    [[ $dash == — && $who == "$name" && $bytes == "${id%%+*}"* ]] && echo "${bytes:8}" && return
  done < <(sed '1,/^$/d' "$note")
  return 1
}

# Whether standard input is signed. The raw key stands behind RFC 8410's fixed DER; the signature is in hex.
signed() {
  { unhex <<< 302a300506032b6570032100 && key_bytes "$1" | tail -c 32; } > "$work/key.der"
  unhex <<< "$2" > "$work/signature"
  cat > "$work/text"
  openssl pkeyutl -verify -pubin -inkey "$work/key.der" -keyform DER -rawin -in "$work/text" \
    -sigfile "$work/signature" > "$work/openssl" 2>&1
}

key_ids() {
  local vkey id
  for vkey in "$log_key" "$witness_key" "${signer_keys[@]}"; do
    id=$({ printf '%s\n' "${vkey%%+*}" && key_bytes "$vkey"; } | sha256 | cut -c1-8)
    [[ $vkey == *"+$id+"* ]] || refuse "expected the id $id, found $vkey"
  done
  grep -qxF "log $log_key" policy.txt && grep -qxF "witness server $witness_key" policy.txt ||
    refuse 'policy.txt'
  [[ $(printf '%s\n' "${signer_keys[@]}" | sort) == "$(enrolled ${#lines[@]} | sort)" ]] ||
    refuse 'key.enrolled'
  counted $((2 + ${#signer_keys[@]})) keys
}

# The keys enrolled before a line.
enrolled() {
  local i
  for ((i = 0; i < $1; i++)); do
    [[ ${kinds[i]} == key.enrolled && ${recs[i]} =~ \"key\":\"([^\"]+)\" ]] && echo "${BASH_REMATCH[1]}"
  done
}

checkpoint_signatures() {
  local file signature count=0
  for file in checkpoints/*; do
    signature=$(signature_of "$file" "$log_key") || refuse "$file: no line of the trail's key"
    text_of "$file" | signed "$log_key" "$signature" || refuse "$file: $(head -n 1 "$work/openssl")"
    ((count++))
  done
  counted $count signatures
}

cosignatures() {
  local file signature count=0
  for file in checkpoints/*; do
    signature=$(signature_of "$file" "$witness_key") || refuse "$file: no line of the witness"
    { printf 'cosignature/v1\ntime %d\n' "$((16#${signature:0:16}))" && text_of "$file"; } |
      signed "$witness_key" "${signature:16}" || refuse "$file: $(head -n 1 "$work/openssl")"
    ((count++))
  done
  counted $count cosignatures
}

# A note as it stands in its record, JSON's escapes undone: only \\, \" and \n can be in one.
note_in() {
  local note=${1#*\"body\":\{\"note\":\"}
  sed 's/\\\\/\x01/g; s/\\"/"/g; s/\\n/\n/g; s/\x01/\\/g' <<< "${note%\"\},\"kid\":*}" | sed '$d'
}

e_signatures() {
  local i vkey signature count=0
  for i in "${!lines[@]}"; do
    [[ ${kinds[i]} == signature.applied ]] || continue
    note_in "${recs[i]}" > "$work/note"
    signature=
    for vkey in $(enrolled "$i"); do signature=$(signature_of "$work/note" "$vkey") && break; done
    [[ $signature ]] || refuse "line $((i + 1)): no line of an enrolled key"
    text_of "$work/note" | signed "$vkey" "$signature" ||
      refuse "line $((i + 1)): $(head -n 1 "$work/openssl")"
    ((count++))
  done
  counted $count e-signatures
}

string='"([^"\\]|\\.)*"'
actor_start="^\\{\"actor\":\\{\"id\":($string),\"name\":($string),"
head_seen='"checkpoint":\{"root":"([A-Za-z0-9+/=]{44})","size":([0-9]+),"trail":"([a-z0-9./-]+)"\}'
statements() {
  local i statement leaf count=0
  for i in "${!lines[@]}"; do
    [[ ${kinds[i]} == signature.applied ]] || continue
    statement=$(note_in "${recs[i]}" | sed -n 2p)
    [[ ${recs[i]} =~ $actor_start ]] || refuse "line $((i + 1)): no actor"
    [[ $statement == *",\"name\":${BASH_REMATCH[3]},\"reason\":"*",\"user\":${BASH_REMATCH[1]}}" ]] ||
      refuse "line $((i + 1)): not the actor's own"
    [[ $statement =~ $head_seen && ${BASH_REMATCH[3]} == "$origin" ]] || refuse "line $((i + 1)): no head"
    local root=${BASH_REMATCH[1]} size=${BASH_REMATCH[2]}
    ((size <= i)) || refuse "line $((i + 1)): a head of size $size that came after it"
    [[ $(root_of "$size") == "$(base64 -d <<< "$root" | hex)" ]] || refuse "line $((i + 1)): another history"
    for leaf in $(grep -oE '\{"leaf":"[0-9a-f]{64}","seq":[0-9]+\}' <<< "$statement"); do
      [[ $leaf =~ ([0-9a-f]{64})\",\"seq\":([0-9]+) ]]
      [[ ${leaves[BASH_REMATCH[2]]-} == "${BASH_REMATCH[1]}" ]] ||
        refuse "line $((i + 1)): another record at ${BASH_REMATCH[2]}"
      ((count++))
    done
  done
  counted $count 'records signed'
}

mapfile -t lines < trail.jsonl
mapfile -t leaves < <(
  while IFS= read -r l; do { printf '\0' && printf %s "$l"; } | sha256sum; done < trail.jsonl | cut -c1-64
)
printf '%s\n' "${leaves[@]}" > "$work/leaves"
perfect_subtrees
declare -a sums recs kids kinds prevs seqs trails keys names
for i in "${!lines[@]}"; do take_apart "$i" "${lines[i]}"; done
read -r -d '' -a given < mac-keys.txt
log_key=$(sed -n 's/^log //p' vkeys.txt)
witness_key=$(sed -n 's/^witness //p' vkeys.txt)
mapfile -t signer_keys < <(sed -n 's/^signer //p' vkeys.txt)
origin=${log_key%%+*}
find_epochs

check 'The trail is lines without a NUL byte, each with its newline' whole_lines
check 'Each leaf hash is SHA-256 of 0x00 and the line' leaf_hashes
check 'Each MAC key has its kid, and the second is derived from the first' mac_keys
check 'Each record follows the one before it, under the key in force' chain
check 'Each checksum is the HMAC of its record under the key in force' checksums
check 'Each key has its id, and policy and trail name these keys and no other' key_ids
check 'Each checkpoint has the root of its first lines' roots
check "Each checkpoint is signed by the trail's key" checkpoint_signatures
check 'Each checkpoint is cosigned by the witness' cosignatures
check 'Each e-signature verifies under a key enrolled before it' e_signatures
check "Each e-signature is its actor's, of records and a head that the trail has" statements
exit $failed
