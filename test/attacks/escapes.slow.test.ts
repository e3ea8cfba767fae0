import { describeAttacks } from './harness';
import { escapeAttacks } from './escapes';

describeAttacks('an answer that reaches for the machine', escapeAttacks);
