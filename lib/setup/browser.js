'use strict';
/** The browser that tests drive. */
const fs = require('node:fs');
const { which } = require('./common.js');

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const macOS = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

/** Full name of a Chromium or Chrome; GENLAB_BROWSER names another one. */
function findBrowser() {
  if (process.env.GENLAB_BROWSER) return process.env.GENLAB_BROWSER;
  return names.map(which).find((file) => file !== undefined) ?? macOS.find((file) => fs.existsSync(file));
}

module.exports = { findBrowser };
