// What a script finds before it starts, beside its webhook: the time of the run, and built-in functions that end in
// time. Runs in every engine before the script, so that what it keeps in local names is out of the script's reach.
(function (now, seed, tick) {
  "use strict";
  const LONG = 1000; // elements or characters from which on a built-in function first asks whether to go on
  const LENGTH_MAX = 1e6; // elements of a list that a built-in loop may walk without being interrupted
  const SEARCH_MAX = 1e9; // text length times length of what is searched in it
  const { apply } = Reflect;
  const { defineProperty: define, getOwnPropertyDescriptor: own } = Object;
  const { isArray } = Array;

  // Time and chance are those of the run.
  const Time = Date;
  const Moment = function Date(...args) {
    if (new.target === undefined) return new Time(now).toString();
    return Reflect_construct(Time, args.length === 0 ? [now] : args, new.target);
  };
  const Reflect_construct = Reflect.construct;
  define(Moment, "prototype", { value: Time.prototype, writable: false });
  define(Moment, "length", { value: 7, configurable: true });
  Moment.parse = Time.parse;
  Moment.UTC = Time.UTC;
  Moment.now = () => now;
  define(Time.prototype, "constructor", { value: Moment, writable: true, configurable: true });
  define(globalThis, "Date", { value: Moment, writable: true, configurable: true });
  let state = seed >>> 0;
  Math.random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math_imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math_imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const Math_imul = Math.imul;

  // Loops inside the engine cannot be interrupted, so their length is looked at before they start. A length that is
  // computed could change between the two looks and is refused.
  const bound = (list) => {
    if ((typeof list !== "object" && typeof list !== "function") || list === null) return;
    const length = own(list, "length");
    if (length === undefined ? "length" in list : typeof length.value !== "number") {
      throw new TypeError("this works on lists only");
    }
    if (length === undefined) return;
    if (length.value > LENGTH_MAX) throw new RangeError("the list is too long");
    if (length.value > LONG) tick();
  };
  const replace = (object, name, make) => {
    const original = object[name];
    if (typeof original !== "function") return;
    define(object, name, { value: make(original), writable: true, configurable: true });
  };
  const lists = [
    "indexOf", "lastIndexOf", "includes", "join", "toLocaleString", "reverse", "fill", "copyWithin", "slice", "splice",
    "shift", "unshift", "sort", "toReversed", "toSorted", "toSpliced", "with", "forEach", "map", "filter", "some",
    "every", "reduce", "reduceRight", "find", "findIndex", "findLast", "findLastIndex", "flatMap",
  ];
  for (let i = 0; i < lists.length; i++) {
    replace(Array.prototype, lists[i], (original) => function (...args) {
      bound(this);
      return apply(original, this, args);
    });
  }
  const spreads = Symbol.isConcatSpreadable;
  replace(Array.prototype, "concat", (original) => function (...args) {
    bound(this);
    for (let i = 0; i < args.length; i++) {
      if (isArray(args[i])) bound(args[i]);
      else if (typeof args[i] === "object" && args[i] !== null && spreads in args[i]) {
        throw new TypeError("this works on lists only");
      }
    }
    return apply(original, this, args);
  });
  replace(Array.prototype, "flat", () => function (depth = 1) {
    const out = [];
    const walk = (list, left) => {
      bound(list);
      for (let i = 0; i < list.length; i++) {
        if (!(i in list)) continue;
        if (left >= 1 && isArray(list[i])) walk(list[i], left - 1);
        else out[out.length] = list[i];
      }
    };
    walk(this, +depth);
    return out;
  });
  // `[...list]` asks here too.
  const walked = Array.prototype.values;
  const values = function () {
    bound(this);
    return apply(walked, this, []);
  };
  define(Array.prototype, "values", { value: values, writable: true, configurable: true });
  define(Array.prototype, Symbol.iterator, { value: values, writable: true, configurable: true });
  const search = (name, hook) => replace(String.prototype, name, (original) => function (wanted, ...args) {
    if (this === null || this === undefined) return apply(original, this, [wanted, ...args]);
    if (hook !== undefined && wanted !== null && wanted !== undefined && typeof wanted === "object") {
      const method = wanted[hook];
      if (method !== undefined && method !== null) {
        if (name === "replaceAll" && wanted instanceof Pattern && !`${wanted.flags}`.includes("g")) {
          throw new TypeError("replaceAll wants a pattern with the flag g");
        }
        return apply(method, wanted, [`${this}`, ...args]);
      }
    }
    if (hook === undefined && wanted instanceof Pattern && name === "includes") {
      throw new TypeError("includes wants a text");
    }
    const text = `${this}`;
    if (wanted === undefined && name === "split") return apply(original, text, [wanted, ...args]);
    const part = `${wanted}`;
    if (text.length > LONG) tick();
    if (text.length * part.length > SEARCH_MAX) throw new RangeError("the texts are too long to search");
    return apply(original, text, [part, ...args]);
  });
  const Pattern = RegExp;
  search("indexOf");
  search("lastIndexOf");
  search("includes");
  search("split", Symbol.split);
  search("replace", Symbol.replace);
  search("replaceAll", Symbol.replace);

  // The engine asks for its deadline once in ten thousand calls and turns. Functions that may take long ask each time.
  const metered = (object, names) => {
    for (let i = 0; i < names.length; i++) {
      replace(object, names[i], (original) => function (...args) {
        tick();
        return apply(original, this, args);
      });
    }
  };
  metered(JSON, ["parse", "stringify"]);
  metered(Object, ["assign", "entries", "freeze", "fromEntries", "getOwnPropertyDescriptors", "groupBy", "keys", "seal", "values"]);
  metered(Array, ["from"]);
  metered(String.prototype, [
    "endsWith", "localeCompare", "normalize", "padEnd", "padStart", "repeat", "startsWith", "toLowerCase", "toUpperCase",
  ]);
  metered(Object.getPrototypeOf(Uint8Array.prototype), [
    "fill", "includes", "indexOf", "join", "lastIndexOf", "reverse", "set", "slice", "sort", "toReversed", "toSorted", "with",
  ]);
  metered(globalThis, ["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape"]);

  // One operation on two big integers can take a second, and operators cannot be metered. The source is searched for
  // literals before it gets here, so it must not be able to write code of its own either.
  delete globalThis.BigInt;
  delete globalThis.BigInt64Array;
  delete globalThis.BigUint64Array;
  for (const name of ["getBigInt64", "getBigUint64", "setBigInt64", "setBigUint64"]) delete DataView.prototype[name];
  delete globalThis.eval;
  const Code = function Function() {
    throw new TypeError("a transformation runs no code but its own");
  };
  define(Code, "prototype", { value: Function.prototype, writable: false });
  const kinds = [function () {}, function* () {}, async function () {}, async function* () {}];
  for (let i = 0; i < kinds.length; i++) {
    define(Object.getPrototypeOf(kinds[i]), "constructor", { value: Code, writable: true, configurable: true });
  }
  define(globalThis, "Function", { value: Code, writable: true, configurable: true });
})
