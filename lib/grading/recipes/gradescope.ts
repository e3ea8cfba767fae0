/**
 * An autograder for Gradescope, as https://gradescope-autograders.readthedocs.io/en/latest/specs wants it: `setup.sh` and
 * `run_autograder` at the root of a ZIP file, or an image of one's own made with the Dockerfile.
 */
import type { ExportedFile } from '../formats';

export const gradescopeRecipe = (lesson: string): ExportedFile[] => [
  { name: 'setup.sh', text: setup },
  { name: 'run_autograder', text: runAutograder(lesson) },
  { name: 'Dockerfile', text: dockerfile },
];

const setup = `#!/usr/bin/env bash
# Runs once, as root, while Gradescope builds the image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
# bubblewrap and util-linux are what student code is held by.
apt-get install -y --no-install-recommends bubblewrap ca-certificates curl util-linux
curl -fsSL https://deb.nodesource.com/setup_22.x | bash -
apt-get install -y --no-install-recommends nodejs
cd /autograder/source/genlab
npm ci --omit=dev --no-audit --no-fund
`;

const runAutograder = (lesson: string): string => `#!/usr/bin/env bash
# Runs for each submission, as root. The grader holds the checks; student code runs in a process of another user, without
# network, and sees none of the folders here. What it prints goes nowhere; only the grader writes results.json.
set -u
root="\${AUTOGRADER_ROOT:-/autograder}" # elsewhere only in tests
lesson=${lesson}
options=() # --allow-weak-sandbox, where Gradescope's container gives the grader too little to hold code in by itself

results="$root/results/results.json"
mkdir -p "$root/results"
chmod o= "$root/results" "$root/source/genlab/solutions" "$root/source/genlab/test"
rm -f "$results"

# The notebook by its own name, or else the first there is.
notebook="$root/submission/$lesson.ipynb"
if [ ! -f "$notebook" ]; then
  notebook="$(find "$root/submission" -name '*.ipynb' -not -path '*/.*' -type f | LC_ALL=C sort | head -n 1)"
fi
if [ -z "$notebook" ]; then
  printf '{"score": 0, "output": "No notebook was submitted: the file must end in .ipynb.", "tests": []}\\n' >"$results"
  exit 0
fi

node "$root/source/genlab/lib/setup/genlab.js" grade "$notebook" --lesson "$lesson" --to gradescope --output "$results" \${options[@]+"\${options[@]}"}
code=$?
# Whatever happened, there is a file, and a student is not blamed for a fault of the grader.
if [ ! -s "$results" ]; then
  printf '{"score": 0, "output": "The grader failed (exit code %d), not your notebook. Please tell the course staff.", "tests": []}\\n' "$code" >"$results"
  exit 1
fi
`;

const dockerfile = `# For "Manual Docker Configuration"; for a ZIP upload it is not needed.
FROM gradescope/auto-builds:ubuntu-22.04
COPY . /autograder/source
RUN bash /autograder/source/setup.sh \\
 && cp /autograder/source/run_autograder /autograder/run_autograder \\
 && chmod +x /autograder/run_autograder
`;
