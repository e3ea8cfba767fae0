import { describeAttacks } from './harness';
import { languageAttacks } from './language';

describeAttacks('a cell that is no ordinary program', languageAttacks);
