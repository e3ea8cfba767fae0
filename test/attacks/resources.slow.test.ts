import { describeAttacks } from './harness';
import { resourceAttacks } from './resources';

describeAttacks('an answer that never ends or takes everything', resourceAttacks);
