import { testLessons } from './lessons';

testLessons('en');
