/** Similarity of submissions: by token, blind to names and layout, measured against the class. */
export { similarityHtml, type SimilarityPage } from './html';
export { similarPairs, type ComparedSubmission, type Region, type SimilarPair } from './pairs';
