// Makes the pictures of a feedback page anew: grades a notebook of lesson 04 with a few mistakes in it, and photographs what
// the student gets.
//   node docs/feedback-screenshots.mjs [en] [zh]
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
require('../lib/setup/register.js');
const { gradeFiles } = require('../lib/grading/index.ts');
const { loadRelease } = require('../lib/grading/course.ts');
const { feedbackHtml } = require('../lib/grading/feedback/index.ts');
const { finalScore } = require('../lib/grading/policy/index.ts');
const { buildNotebook, loadLesson } = require('../lib/lesson/index.ts');

const lesson = '04-vae';
/** [exercise, right, wrong] */
const mistakes = [
  ['vae-kl', '.sub(logVar)', '.add(logVar)'],
  ['vae-reparameterize', 'logVar.mul(0.5).exp()', 'logVar.mul(0.5).exp().dot(noise.transpose())'],
  ['vae-effective-beta', " / (kl === 'mean' ? k : 1)", ''],
];
const named = process.argv.filter((word) => word === 'en' || word === 'zh');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'genlab-feedback-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
try {
  for (const lang of named.length > 0 ? named : ['en', 'zh']) await photograph(lang);
} finally {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
}

async function photograph(lang) {
  const notebook = buildNotebook(loadLesson(lesson), { lang, variant: 'solution' });
  const cells = notebook.cells.map((cell) => {
    const found = mistakes.find(([gradeId]) => cell.metadata.nbgrader?.grade_id === gradeId);
    if (!found) return cell;
    const [gradeId, right, wrong] = found;
    if (!cell.source.includes(right)) throw new Error(`${gradeId} has no ${right} any more: change it in this script`);
    return { ...cell, source: cell.source.replace(right, () => wrong) };
  });
  const file = path.join(folder, `${lang}.ipynb`);
  fs.writeFileSync(file, JSON.stringify({ ...notebook, cells }));
  const [result] = await gradeFiles([file]);
  const attempt = {
    student: 'li.ming',
    lesson,
    number: 2,
    submittedAt: '2026-10-02T14:20:00Z',
    gradedAt: '2026-10-05T02:00:00Z',
    hash: '3f1c9a0e5b7d2846',
    file: '',
    result,
    marks: [],
  };
  const policy = {
    lesson,
    maxScore: result.maxScore,
    dueAt: '2026-10-01T23:59',
    late: { timeZone: 'Asia/Shanghai', percentPerDay: 10 },
  };
  const release = await loadRelease(lesson);
  const options = { lang, final: finalScore([attempt], policy), release, timeZone: 'Asia/Shanghai' };
  const page = path.join(folder, `${lang}.html`);
  fs.writeFileSync(page, feedbackHtml(attempt, { ...notebook, cells }, options));
  if (process.env.FEEDBACK_OUT) fs.copyFileSync(page, path.join(process.env.FEEDBACK_OUT, `feedback-${lang}.html`));
  const view = await browser.newPage({ viewport: { width: 1160, height: 1180 } });
  await view.goto(`file://${page}`);
  await view.screenshot({ path: path.join(root, 'docs', `feedback-${lang}.png`) });
  console.log(`docs/feedback-${lang}.png`);
  await view.close();
}
