import { describeAttacks } from './harness';
import { accidents } from './notebooks';

describeAttacks('a notebook that something happened to keeps its points', accidents);
