import { Component, type ComponentType, h } from 'preact';

/** Renders again only when a property is another value: rows are replaced whole, so unchanged ones are the same object. */
export function memo<P extends object>(Inner: ComponentType<P>): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const keys = Object.keys(next) as (keyof P)[];
      return keys.length !== Object.keys(this.props).length || keys.some((key) => !Object.is(next[key], this.props[key]));
    }
    override render() {
      return h(Inner, this.props as P & { children?: never });
    }
  };
}
