import { testLessons } from './lessons';

testLessons('zh');
