import { describeAttacks } from './harness';
import { valueAttacks } from './values';

describeAttacks('what an answer gives back', valueAttacks);
