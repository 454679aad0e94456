import type { BAG_FORMAT } from './seal.ts'

const first = `How to check this bag without our programs
=========================================

In its folder, with bash, coreutils, OpenSSL 3. What you compare with comes from elsewhere: the fingerprints of the keys,
on paper or in your validation file, and the notary's own copies of the checkpoints. Each step prints that it is done; what it
prints in capitals is what does not hold.

1. The files are those that were sealed, and there are no others (but for what you put there yourself). Each of the two counts is 1.

   sha256sum -c --strict tagmanifest-sha256.txt && sha256sum -c --strict manifest-sha256.txt
   grep -c "\\"manifest\\":\\"$(sha256sum < manifest-sha256.txt | cut -c1-64)\\"" seal.json
   grep -c "\\"info\\":\\"$(sha256sum < bag-info.txt | cut -c1-64)\\"" seal.json
   shopt -s globstar dotglob
   for file in **; do
     [ -d "$file" ] && [ ! -L "$file" ] && continue
     { cut -c67- manifest-sha256.txt tagmanifest-sha256.txt; echo tagmanifest-sha256.txt; } | grep -xF "$file" > /dev/null \\
       || echo "IN NO MANIFEST: $file"
   done; echo "step 1 done"

2. The keys are those you know. Each line of data/policy.txt that begins with log or witness names one; its fingerprint is

   while read -r what key rest; do
     case $what in
       log) printf '%s' "$key" | sha256sum ;;
       witness) printf '%s' "\${rest%% *}" | sha256sum ;;
       group | quorum) ;;
       *) echo "NO LINE OF A POLICY: $what $key $rest" ;;
     esac
   done < data/policy.txt; echo "step 2 done"

3. There are as many records as were sealed, and each is at its place, in order: SHA-256 over a zero byte and the line is the
leaf at its seq. These lines are what counts: the table, data/records.csv, is made of them, and only our programs hold it to them.

   grep -c "\\"count\\":$(($(wc -l < data/records.json) - 2))," seal.json | grep -qx 1 || echo "ANOTHER NUMBER OF RECORDS"
   [ "$(sed -n '1p;$p' data/records.json)" = $'[\\n]' ] || echo "ANOTHER FIRST OR LAST LINE"
   sed '1d;$d;s/,$//' data/records.json | while IFS= read -r line; do
     seq=$(grep -o '"seq":[0-9]*,"time":"[^"]*","trail":"[^"]*","v":1}}$' <<< "$line" | cut -d, -f1 | cut -d: -f2)
     leaf=$({ printf '\\0'; printf %s "$line"; } | sha256sum | cut -c1-64)
     trail=$(grep -o '"trail":"[^"]*","v":1}}$' <<< "$line" | cut -d'"' -f4)
     folder=data/trails/$(printf %s "$trail" | sha256sum | cut -c1-64)
     [ "$(sed -n "$((seq + 1))p" "$folder/leaves.txt")" = "$leaf" ] || echo "NOT IN ITS TRAIL: $trail $seq"
     [ "$trail" != "$last" ] || [ "$seq" -gt "$before" ] || echo "OUT OF ORDER: $trail $seq"
     last=$trail before=$seq
   done; echo "step 3 done"

4. The leaves make the heads that were signed. root is the tree of RFC 6962 over hashes on standard input, in base64; of each trail
the largest checkpoint is enough. It takes about a minute for a thousand records:

   bytes() { printf '%b' "$(sed 's/../\\\\x&/g')"; }
   node() { { printf '\\1'; bytes <<< "$1"; bytes <<< "$2"; } | sha256sum | cut -c1-64; }
   root() {
     local -a stack=() sizes=(); local h s
     while read -r h; do
       stack+=("$h"); sizes+=(1)
       while ((\${#sizes[@]} > 1 && sizes[-1] == sizes[-2])); do
         h=$(node "\${stack[-2]}" "\${stack[-1]}"); s=$((sizes[-1] * 2))
         unset 'stack[-1]' 'sizes[-1]'; stack[-1]=$h; sizes[-1]=$s
       done
     done
     while ((\${#stack[@]} > 1)); do
       h=$(node "\${stack[-2]}" "\${stack[-1]}"); unset 'stack[-1]'; stack[-1]=$h
     done
     bytes <<< "\${stack[0]}" | base64
   }
   for folder in data/trails/*/; do
     checkpoint=$(ls "$folder"*.checkpoint | tail -n 1)
     [ "$(head -n "$(sed -n 2p "$checkpoint")" "\${folder}leaves.txt" | root)" = "$(sed -n 3p "$checkpoint")" ] \\
       || echo "ANOTHER HISTORY: $checkpoint"
   done; echo "step 4 done"

5. A checkpoint is signed by its relay. A key is what follows the second + in its line of data/policy.txt, and a trail has one:

   signed() { # a checkpoint on standard input
     cat > note; head -n 3 note > text; origin=$(head -n 1 note)
     key=$(while read -r what name rest; do
       [ "$what" = log ] && [ "\${name%%+*}" = "$origin" ] && echo "\${name#*+*+}"
     done < data/policy.txt)
     [ "$(wc -w <<< "$key")" = 1 ] || echo "NOT ONE KEY: $origin"
     { printf '\\x30\\x2a\\x30\\x05\\x06\\x03\\x2b\\x65\\x70\\x03\\x21\\x00'; base64 -d <<< "$key" | tail -c 32; } > key.der
     grep -F "— $origin " note | cut -d' ' -f3 | base64 -d | tail -c 64 > signature
     openssl pkeyutl -verify -pubin -inkey key.der -keyform DER -rawin -in text -sigfile signature > /dev/null \\
       || echo "NOT SIGNED: $1"
     rm -f note text key.der signature
   }
   for checkpoint in data/trails/*/*.checkpoint; do signed "$checkpoint" < "$checkpoint"; done; echo "step 5 done"

6. The seal is in its trail: that trail's leaves and seal.leaves, in which the seal's own is, make the head in seal.tlog-proof,
and that is signed. What the first step held to the seal, holds by this.

   trail=$(grep -o '"trail":"[^"]*","v":1}}$' seal.json | cut -d'"' -f4)
   cat "data/trails/$(printf %s "$trail" | sha256sum | cut -c1-64)/leaves.txt" seal.leaves > all
   seq=$(sed -n 's/^index //p' seal.tlog-proof)
   sed '1,/^$/d' seal.tlog-proof > head
   [ "$(sed -n "$((seq + 1))p" all)" = "$({ printf '\\0'; tr -d '\\n' < seal.json; } | sha256sum | cut -c1-64)" ] \\
     || echo "THE SEAL IS NOT IN ITS TRAIL"
   [ "$(wc -l < all)" = "$(sed -n 2p head)" ] && [ "$(root < all)" = "$(sed -n 3p head)" ] \\
     || echo "THE SEAL IS OF ANOTHER HISTORY"
   signed seal.tlog-proof < head; rm -f all head; echo "step 6 done"

7. Where there are time stamps, each shows that the checkpoint beside it was there by its time, to whoever has the certificate of
the authority that made them, or of whom that goes back to, from elsewhere, as tsa.pem in this folder:

   for stamp in data/trails/*/*.tsr; do
     [ -e "$stamp" ] || continue
     time=$(openssl ts -reply -in "$stamp" -text 2> /dev/null | sed -n 's/^Time stamp: //p')
     openssl ts -verify -data "\${stamp%tsr}checkpoint" -in "$stamp" -CAfile tsa.pem -partial_chain \\
       -attime "$(date -d "$time" +%s)" > /dev/null 2>&1 \\
       && echo "there by $time: \${stamp%tsr}checkpoint" || echo "THE TIME STAMP DOES NOT HOLD: $stamp"
   done; echo "step 7 done"

What no check shows: that the filter took all it should (the whole trail does), and what happened after the last head.
`

/**
 * How a bag is checked with tools that are not ours: bash, coreutils, unzip and OpenSSL. By the version of the format: the
 * same bytes in every bag of it, so nothing can be slipped into a bag that tells people to run something else. The text is
 * run as it stands, in each build, on a fresh bag.
 */
export const recipes: { readonly [format in typeof BAG_FORMAT]: string } = { 1: first }
