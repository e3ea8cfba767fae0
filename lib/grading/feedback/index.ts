/** Feedback on one attempt, as a page for the student or for course staff. */
export { feedbackHtml, type FeedbackOptions } from './page';
