/** A report on one lesson of a class, for course staff. */
export { classReportHtml, type ClassReportOptions } from './page';
export { classStatistics, type ClassStatistics } from './statistics';
