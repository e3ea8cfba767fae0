import { describeAttacks } from './harness';
import { worldAttacks } from './world';

describeAttacks('an answer that changes the world around it', worldAttacks);
