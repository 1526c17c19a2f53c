import { lossy, type PipeKind } from './pipe-kind.ts'

/** Letters that Unicode does not take apart, and signs that have a plain fellow. */
const plain: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ß: 'ss',
    ẞ: 'SS',
    æ: 'ae',
    Æ: 'AE',
    œ: 'oe',
    Œ: 'OE',
    ø: 'o',
    Ø: 'O',
    ł: 'l',
    Ł: 'L',
    đ: 'd',
    Đ: 'D',
    ð: 'd',
    Ð: 'D',
    þ: 'th',
    Þ: 'Th',
    ħ: 'h',
    Ħ: 'H',
    ı: 'i',
    ŋ: 'n',
    Ŋ: 'N',
    ŧ: 't',
    Ŧ: 'T',
    '‘': "'",
    '’': "'",
    '“': '"',
    '”': '"',
    '‐': '-',
    '–': '-',
    '—': '-',
  }),
)

/** Read in pieces: one letter may take apart into eighteen. */
const pieceLength = 8192

/**
 * Latin letters without their diacritics: Unicode's compatibility decomposition (NFKD) without the marks, and the table
 * above for letters that it does not take apart. Whatever has no plain letter (Cyrillic, Chinese) is left out.
 */
export const asciiPipe: PipeKind = {
  usage: 'ascii',
  exact: false,
  gives: 'text',
  arguments: [],
  make: () => lossy(asciiOf),
}

function asciiOf(text: string): string {
  if (!/\P{ASCII}/u.test(text)) return text
  let ascii = ''
  for (let at = 0; at < text.length; ) {
    const end = at + pieceLength
    const isPair = (text.codePointAt(end - 1) ?? 0) > 0xffff
    const next = isPair ? end + 1 : end
    ascii += asciiOfPiece(text.slice(at, next))
    at = next
  }
  return ascii
}

/** Marks go first, too: to put a long run of them in order, as NFKD does, takes time that grows with its square. */
const asciiOfPiece = (text: string): string =>
  text
    .replace(/\p{M}+/gu, '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/\P{ASCII}/gu, (letter) => plain.get(letter) ?? '')
