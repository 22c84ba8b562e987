import type { Element } from 'xast';
import { fromXml } from 'xast-util-from-xml';
import { sound } from '../articles/characters.ts';
import { child, element, elements, text, xmlDocument } from '../feeds/tree.ts';

/** A value of XML-RPC as far as pings and registrations use them; dates and base64 come as the text that they are. */
export type RpcValue = string | number | boolean | RpcValue[] | { [name: string]: RpcValue };

/** A call, as it is on the wire. */
export interface MethodCall {
  method: string;
  params: RpcValue[];
}

/** An answer: a value, or the reason why there is none. */
export type MethodAnswer = { ok: true; value: RpcValue } | { ok: false; code: number; message: string };

/** Depth of values in values that is read. */
const DEPTH = 8;

/**
 * Reads a call. What names entities of its own, or is no call, is none.
 *
 * @see http://xmlrpc.com/spec.md
 */
export function readCall(xml: string): MethodCall | null {
  const call = rootOf(xml, 'methodCall');
  const name = call && child(call, 'methodName');
  if (!call || !name) return null;
  try {
    return { method: textOf(name).trim(), params: paramsOf(call) };
  } catch {
    return null;
  }
}

/** Reads an answer; null when it is none. */
export function readAnswer(xml: string): MethodAnswer | null {
  const answer = rootOf(xml, 'methodResponse');
  if (!answer) return null;
  try {
    const fault = child(answer, 'fault');
    if (!fault) {
      const [value] = paramsOf(answer);
      return value === undefined ? null : { ok: true, value };
    }
    const value = readValue(child(fault, 'value'), 0);
    const { faultCode, faultString } = isStruct(value) ? value : {};
    return { ok: false, code: Number(faultCode ?? 0), message: String(faultString ?? '') };
  } catch {
    return null;
  }
}

/** A call as a document. */
export function writeCall({ method, params }: MethodCall): string {
  return xmlDocument(element('methodCall', {}, element('methodName', {}, text(method)), paramsElement(params)));
}

/** An answer as a document. */
export function writeAnswer(answer: MethodAnswer): string {
  if (answer.ok) return xmlDocument(element('methodResponse', {}, paramsElement([answer.value])));
  const struct = { faultCode: answer.code, faultString: answer.message };
  return xmlDocument(element('methodResponse', {}, element('fault', {}, valueElement(struct))));
}

function rootOf(xml: string, name: string): Element | null {
  try {
    return child(fromXml(xml), name) ?? null;
  } catch {
    return null;
  }
}

function paramsOf(parent: Element): RpcValue[] {
  const params = child(parent, 'params');
  return params ? elements(params).map((param) => readValue(child(param, 'value'), 0)) : [];
}

function readValue(value: Element | undefined, depth: number): RpcValue {
  if (!value || depth > DEPTH) throw new TypeError('not a value');
  const [typed] = elements(value);
  // A value without a type is a string.
  if (!typed) return textOf(value);
  switch (typed.name) {
    case 'i4':
    case 'int':
    case 'double':
      return Number(textOf(typed).trim());
    case 'boolean':
      return textOf(typed).trim() === '1';
    case 'array': {
      const data = child(typed, 'data');
      return data ? elements(data).map((item) => readValue(item, depth + 1)) : [];
    }
    case 'struct':
      return Object.fromEntries(
        elements(typed).map((member) => {
          const name = child(member, 'name');
          if (!name) throw new TypeError('a member without a name');
          return [textOf(name), readValue(child(member, 'value'), depth + 1)];
        }),
      );
    default:
      return textOf(typed);
  }
}

/** Whether a value has members. */
export function isStruct(value: RpcValue): value is { [name: string]: RpcValue } {
  return typeof value === 'object' && !Array.isArray(value);
}

function textOf(node: Element): string {
  return node.children.map((part) => (part.type === 'text' || part.type === 'cdata' ? part.value : '')).join('');
}

function paramsElement(params: RpcValue[]): Element {
  return element('params', {}, ...params.map((value) => element('param', {}, valueElement(value))));
}

function valueElement(value: RpcValue): Element {
  if (typeof value === 'string') return element('value', {}, element('string', {}, text(sound(value))));
  if (typeof value === 'boolean') return element('value', {}, element('boolean', {}, text(value ? '1' : '0')));
  if (typeof value === 'number')
    return element('value', {}, element(Number.isInteger(value) ? 'int' : 'double', {}, text(String(value))));
  if (Array.isArray(value))
    return element('value', {}, element('array', {}, element('data', {}, ...value.map(valueElement))));
  const members = Object.entries(value).map(([name, one]) =>
    element('member', {}, element('name', {}, text(name)), valueElement(one)),
  );
  return element('value', {}, element('struct', {}, ...members));
}
