import type { Random } from '../../lib/engine';
import type { Attributes } from './attributes';
import { lexicon } from './lexicon';
import type { Say } from './captions';
import { oneOf, shuffled } from './chance';

const zh = lexicon.zh;

interface Pieces {
  readonly person: string | undefined;
  /** Things that one has or wears, with and without the verb. */
  readonly things: readonly { readonly verb: string; readonly thing: string }[];
  /** What stands alone: 微笑着, 皮肤白皙. */
  readonly states: readonly string[];
  readonly background: string | undefined;
  readonly style: string | undefined;
  readonly pronoun: string;
}

/** One caption; only what `say` gives is said. */
export function chineseCaption(face: Attributes, say: Say, random: Random): string {
  const pieces = piecesOf(face, say, random);
  const frame = random.int(10);
  if (frame < 4) return oneSentence(pieces, random);
  return frame < 8 ? clauses(pieces, random) : tags(pieces, random);
}

function piecesOf(face: Attributes, say: Say, random: Random): Pieces {
  const pick = (list: readonly string[]) => oneOf(random, list);
  const things: { verb: string; thing: string }[] = [];
  const states: string[] = [];
  const hair = say('hair');
  if (hair === 'bald') states.push('光头');
  else {
    const colourName = say('hairColour');
    const colour = colourName ? pick(zh.hairColour[colourName]) : '';
    if (hair) {
      const verb = hair === 'bun' || hair === 'pigtails' ? '扎着' : '留着';
      things.push({ verb, thing: joined(colour, pick(zh.hair[hair])) });
    } else if (colour) things.push({ verb: '长着', thing: joined(colour, '头发') });
  }
  const eyeColour = say('eyeColour');
  if (eyeColour) things.push({ verb: pick(['长着', '有一双']), thing: joined(pick(zh.eyeColour[eyeColour]), '眼睛') });
  const glasses = say('glasses');
  if (glasses === 'none') states.push(pick(zh.glasses.none));
  else if (glasses) things.push({ verb: pick(['戴着', '戴']), thing: pick(zh.glasses[glasses]) });
  const hat = say('hat');
  if (hat === 'none') states.push(pick(zh.hat.none));
  else if (hat) {
    const colour = hat !== 'crown' && say('hatColour');
    const thing = (colour ? pick(zh.hatColour[colour]) : '') + pick(zh.hat[hat]);
    things.push({ verb: pick(['戴着', '头戴']), thing });
  }
  if (say('earrings')) things.push({ verb: '戴着', thing: pick(zh.earrings.yes) });
  const facialHair = say('facialHair');
  if (facialHair) things.push({ verb: '留着', thing: pick(zh.facialHair[facialHair]) });
  for (const name of ['skin', 'eyes', 'cheeks', 'mouth'] as const) {
    const value = say(name);
    if (!value) continue;
    const word = pick((zh[name] as Readonly<Record<string, readonly string[]>>)[value]);
    if (word.endsWith('皮肤')) things.push({ verb: '有着', thing: word });
    else states.push(word);
  }
  const person = say('person');
  const style = say('style');
  return {
    person: person && pick(zh.person[person]),
    things: shuffled(random, things),
    states: shuffled(random, states),
    background: backgroundOf(say, random),
    style: style && pick(zh.style[style]),
    pronoun: person && (face.person === 'girl' || face.person === 'woman') ? '她' : person ? '他' : '这个人',
  };
}

/** 浅蓝色, 浅蓝色条纹, 条纹: what stands before 背景. */
function backgroundOf(say: Say, random: Random): string | undefined {
  const kind = say('background');
  const colour = say('backgroundColour');
  if (!kind && !colour) return undefined;
  const shade = colour ? oneOf(random, zh.backgroundColour[colour]) : '';
  if (shade && kind === 'plain') return `纯${shade}`;
  return shade + (kind ? oneOf(random, zh.background[kind]) : '');
}

/** 一位戴圆框眼镜、棕色卷发的小女孩，微笑着，背景是浅蓝色 */
function oneSentence({ person, things, states, background, style }: Pieces, random: Random): string {
  const before = things.slice(0, Math.min(things.length, 1 + random.int(3)));
  const after = things.slice(before.length);
  const described = before.map(({ verb, thing }, i) => (verb === '留着' && i > 0 ? thing : verb + thing)).join('、');
  const who = `${measure(person, random)}${described ? `${described}的` : ''}${person ?? '人'}`;
  const rest = [...after.map(({ verb, thing }) => verb + thing), ...states];
  const ground = background && groundOf(background, random);
  const body = [who, ...shuffled(random, rest), ...(ground ? [ground] : [])].join('，');
  if (!style) return ended(body, random);
  if (random.int(2) === 0) return ended(`一幅${style}：${body}`, random);
  return ended(`${body}，${style}风格`, random);
}

/** 一个小女孩，留着棕色卷发，戴着圆框眼镜。她微笑着，背景是浅蓝色。 */
function clauses({ person, things, states, background, style, pronoun }: Pieces, random: Random): string {
  const start = `${style ? oneOf(random, [`${style}里，`, `这幅${style}的主角是`]) : ''}${measure(person, random)}${person ?? '人'}`;
  const rest = shuffled(random, [...things.map(({ verb, thing }) => verb + thing), ...states]);
  const cut = rest.length > 2 ? 1 + random.int(rest.length - 1) : rest.length;
  const first = [start, ...rest.slice(0, cut)].join('，');
  const ground = background && groundOf(background, random);
  const second = [...rest.slice(cut), ...(ground && cut < rest.length ? [ground] : [])];
  if (second.length > 0) return `${first}。${pronoun}${second.join('，')}。`;
  return ended(ground ? `${first}，${ground}` : first, random);
}

/** 小女孩，棕色卷发，圆框眼镜，微笑着，浅蓝色背景，漫画: how people write prompts. */
function tags({ person, things, states, background, style }: Pieces, random: Random): string {
  const rest = [
    ...things.map(({ thing }) => thing),
    ...states,
    ...(background ? [`${background}背景`] : []),
    ...(style ? [style] : []),
  ];
  return [...(person ? [person] : []), ...shuffled(random, rest)].join('，') || '人';
}

function groundOf(background: string, random: Random): string {
  return oneOf(random, [`背景是${background}`, `${background}背景`, `以${background}为背景`]);
}

function measure(person: string | undefined, random: Random): string {
  if (person === undefined) return '一个';
  if (/阿姨|叔叔/.test(person)) return '一位';
  const grown = /士|子$/.test(person);
  return oneOf(random, grown ? ['一位', '一名'] : ['一个', '一位']);
}

/** Not 的 twice: 乌黑的蓬松的卷发. */
function joined(colour: string, thing: string): string {
  return colour.endsWith('的') && thing.startsWith('蓬松的') ? colour + thing.slice(3) : colour + thing;
}

function ended(text: string, random: Random): string {
  return random.int(2) === 0 ? text : `${text}。`;
}
