/** An external grader for PrairieLearn: https://docs.prairielearn.com/externalGrading */
import crypto from 'node:crypto';
import type { ExportedFile } from '../formats';

export const prairieLearnRecipe = (lesson: string, title: string): ExportedFile[] => [
  { name: 'Dockerfile', text: dockerfile },
  { name: 'grade.sh', text: gradeScript(lesson) },
  { name: `question/${lesson}/info.json`, text: `${JSON.stringify(info(title), null, 2)}\n` },
  { name: `question/${lesson}/question.html`, text: question(lesson) },
];

const image = 'YOUR-ACCOUNT/genlab-grader';

const dockerfile = `# docker build -t ${image} . && docker push ${image}; then name it in info.json.
FROM node:22-bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends bubblewrap util-linux \\
 && rm -rf /var/lib/apt/lists/*
COPY genlab /genlab
RUN cd /genlab && npm ci --omit=dev --no-audit --no-fund && chmod o= solutions test
COPY grade.sh /genlab/grade.sh
RUN chmod +x /genlab/grade.sh
`;

const gradeScript = (lesson: string): string => `#!/usr/bin/env bash
# Entry point of the grading container: /grade/student/${lesson}.ipynb into /grade/results/results.json.
set -u
grade="\${GRADE_ROOT:-/grade}" # elsewhere only in tests
genlab="\${GENLAB_ROOT:-/genlab}"
lesson=${lesson}
options=() # --allow-weak-sandbox, where the container gives the grader too little to hold code in by itself

results="$grade/results/results.json"
mkdir -p "$grade/results"
chmod o= "$grade/results"
rm -f "$results"
node "$genlab/lib/setup/genlab.js" grade "$grade/student/$lesson.ipynb" --lesson "$lesson" --to prairielearn --output "$results" \${options[@]+"\${options[@]}"}
code=$?
# A fault of the grader costs the student no attempt.
if [ ! -s "$results" ]; then
  printf '{"gradable": false, "format_errors": ["The grader failed (exit code %d), not your notebook. Please tell the course staff."]}\\n' "$code" >"$results"
fi
`;

const info = (title: string): object => ({
  uuid: crypto.randomUUID(),
  title,
  topic: 'Generative models',
  type: 'v3',
  singleVariant: true,
  gradingMethod: 'External',
  externalGradingOptions: {
    enabled: true,
    image,
    entrypoint: '/genlab/grade.sh',
    timeout: 300,
    enableNetworking: false,
  },
});

const question = (lesson: string): string => `<pl-question-panel>
  <p>Hand in your notebook <code>${lesson}.ipynb</code>.</p>
</pl-question-panel>
<pl-file-upload file-names="${lesson}.ipynb"></pl-file-upload>
<pl-submission-panel>
  <pl-external-grader-results></pl-external-grader-results>
</pl-submission-panel>
`;
