/** How good samples are: distances between distributions, and what a classifier makes of them. */
export * as classifier from './classifier';
