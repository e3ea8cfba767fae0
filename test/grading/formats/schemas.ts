/** The formats as their own documents describe them, as JSON schemas. Nothing is allowed that the documents do not name. */
import Ajv from 'ajv';

const text = { type: 'string' };
const number = { type: 'number' };
const visibility = { enum: ['hidden', 'after_due_date', 'after_published', 'visible'] };
const outputFormat = { enum: ['text', 'html', 'simple_format', 'md', 'ansi'] };

/** https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format */
const gradescope = {
  type: 'object',
  additionalProperties: false,
  anyOf: [{ required: ['score'] }, { required: ['tests'] }],
  properties: {
    score: { type: 'number', minimum: 0 },
    execution_time: { type: 'number', minimum: 0 },
    output: text,
    output_format: outputFormat,
    test_output_format: outputFormat,
    test_name_format: outputFormat,
    visibility,
    stdout_visibility: visibility,
    extra_data: { type: 'object' },
    tests: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: {
          score: number,
          max_score: number,
          status: { enum: ['passed', 'failed'] },
          name: text,
          name_format: outputFormat,
          number: text,
          output: text,
          output_format: outputFormat,
          tags: { type: 'array', items: text },
          visibility,
          extra_data: { type: 'object' },
        },
      },
    },
    leaderboard: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'value'],
        properties: { name: text, value: { type: ['number', 'string'] }, order: { enum: ['asc', 'desc'] } },
      },
    },
  },
};

const images = {
  type: 'array',
  items: { type: 'object', required: ['url'], properties: { url: { type: 'string', pattern: '^data:' }, label: text } },
};

/** https://docs.prairielearn.com/externalGrading/#grading-results and the element `pl-external-grader-results` */
const prairielearn = {
  type: 'object',
  additionalProperties: false,
  if: { properties: { gradable: { const: false } }, required: ['gradable'] },
  else: { required: ['score'] },
  properties: {
    gradable: { type: 'boolean' },
    format_errors: { type: ['string', 'array'], items: text },
    score: { type: 'number', minimum: 0, maximum: 1 },
    message: text,
    output: text,
    images,
    tests: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'points', 'max_points'],
        properties: {
          name: text,
          description: text,
          points: number,
          max_points: number,
          message: text,
          output: text,
          images,
        },
      },
    },
  },
};

const messageText = { type: ['string', 'null'], maxLength: 65_535 };

/** https://exercism.org/docs/building/tooling/test-runners/interface */
const exercism = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'status'],
  if: { properties: { status: { const: 'error' } } },
  then: { required: ['message'], properties: { message: { type: 'string', minLength: 1 } } },
  else: { required: ['tests'], properties: { message: { type: 'null' } } },
  properties: {
    version: { const: 3 },
    status: { enum: ['pass', 'fail', 'error'] },
    message: messageText,
    tests: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'status'],
        properties: {
          name: { type: 'string', minLength: 1 },
          status: { enum: ['pass', 'fail', 'error'] },
          message: messageText,
          output: { type: 'string', maxLength: 500 },
          test_code: { type: 'string', minLength: 1 },
          task_id: { type: 'integer', minimum: 1 },
        },
      },
    },
  },
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validators = {
  gradescope: ajv.compile(gradescope),
  prairielearn: ajv.compile(prairielearn),
  exercism: ajv.compile(exercism),
};

/** What a file says that its format does not allow; nothing where all is right. */
export function faults(format: keyof typeof validators, fileText: string): string[] {
  const validate = validators[format];
  validate(JSON.parse(fileText));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
