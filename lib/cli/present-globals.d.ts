/** What the scripts before `present-browser.js` have put into the page. */
/* eslint-disable @typescript-eslint/no-explicit-any -- plain scripts of a page, of others and ours */
declare const genlabWidgets: any;
declare const given: any;
declare const Reveal: any;
declare const RevealNotes: any;
