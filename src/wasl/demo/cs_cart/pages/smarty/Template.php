<?php

declare(strict_types=1);

namespace Wasl\Demo\CsCart\Smarty;

/**
 * Renders the part of Smarty that an add-on's settings template needs, so that the very file of the zip is shown.
 *
 * Printed values are escaped unless `nofilter` stands behind them, as CS-Cart sets Smarty up. `{include}` finds the
 * shop's own components by the callable it is given. Tags: print, if/elseif/else, foreach/foreachelse (both forms),
 * assign (both forms), include, hook, strip, literal, ldelim/rdelim, comments.
 */
final class Template
{
    private const TAG = '~\{\*.*?\*\}|\{literal\}(.*?)\{/literal\}|\{(?=[^\s{}])((?:"(?:[^"\\\\]|\\\\.)*"|\'[^\']*\'|[^{}"\'])*)\}~s';

    /** @var list<array{string, string}> kind (text or tag) and content */
    private array $pieces = [];
    private int $at = 0;
    /** @var list<array<mixed>> */
    private array $tree;

    /** Raises SyntaxError, with the name of the tag that is not known. */
    public function __construct(string $source)
    {
        $this->cut($source);
        $this->tree = $this->block([])[0];
    }

    /**
     * @param array<string, mixed> $variables
     * @param callable(string, array<string, mixed>): string $include
     */
    public function render(array $variables, callable $include): string
    {
        return $this->renderNodes($this->tree, $variables, $include);
    }

    private function cut(string $source): void
    {
        preg_match_all(self::TAG, $source, $found, PREG_SET_ORDER | PREG_OFFSET_CAPTURE);
        $offset = 0;
        foreach ($found as $match) {
            [$whole, $start] = $match[0];
            $this->pieces[] = ['text', substr($source, $offset, $start - $offset)];
            $offset = $start + strlen($whole);
            if (($match[2][0] ?? '') !== '') {
                $this->pieces[] = ['tag', trim($match[2][0])];
            } elseif (isset($match[1]) && $match[1][1] >= 0) {
                $this->pieces[] = ['text', $match[1][0]];
            }
        }
        $this->pieces[] = ['text', substr($source, $offset)];
    }

    /**
     * Nodes up to one of the closing or dividing tags.
     *
     * @param list<string> $until
     * @return array{list<array<mixed>>, string, string} the nodes, the name of the tag they end with, what follows it
     */
    private function block(array $until): array
    {
        $nodes = [];
        while ($this->at < count($this->pieces)) {
            [$kind, $content] = $this->pieces[$this->at++];
            if ($kind === 'text') {
                $nodes[] = ['text', $content];
                continue;
            }
            [$name, $rest] = self::named($content);
            if (in_array($name, $until, true)) {
                return [$nodes, $name, $rest];
            }
            $nodes[] = $this->node($name, $rest, $content);
        }
        if ($until !== []) {
            throw new SyntaxError('no {' . end($until) . '}');
        }

        return [$nodes, '', ''];
    }

    /** @return array{string, string} `foreach` and what follows it; an empty name if the tag prints something */
    private static function named(string $tag): array
    {
        $isTag = preg_match('~^(/?[a-z]+)(?![\w(])\s*(.*)$~s', $tag, $found);

        return $isTag ? [$found[1], $found[2]] : ['', $tag];
    }

    private function node(string $name, string $rest, string $tag): array
    {
        switch ($name) {
            case '':
                return self::printed($tag);
            case 'if':
                return $this->choice($rest);
            case 'foreach':
                return $this->loop($rest);
            case 'assign':
                $set = Expression::attributes($rest);
                return ['set', Expression::evaluate($set['var'], []), $set['value']];
            case 'include':
                return ['include', Expression::attributes($rest)];
            case 'hook':
            case 'strip':
                return ['group', $this->block(["/$name"])[0]];
            case 'ldelim':
                return ['text', '{'];
            case 'rdelim':
                return ['text', '}'];
        }
        throw new SyntaxError("unknown tag {{$name}}");
    }

    private static function printed(string $tag): array
    {
        if (preg_match('~^\$(\w+)\s*=(?![=>])\s*(.+)$~s', $tag, $found)) {
            return ['set', $found[1], Expression::parse($found[2])];
        }
        $raw = (bool) preg_match('~^(.*)\snofilter$~s', $tag, $found);
        $tree = Expression::parse($raw ? $found[1] : $tag);

        return ['print', $tree, $raw || Expression::isEscaped($tree)];
    }

    private function choice(string $condition): array
    {
        $branches = [];
        do {
            $test = $condition === '' ? ['value', true] : Expression::parse($condition);
            [$nodes, $end, $condition] = $this->block(['elseif', 'else', '/if']);
            $branches[] = [$test, $nodes];
        } while ($end !== '/if');

        return ['if', $branches];
    }

    private function loop(string $head): array
    {
        if (preg_match('~^(.+?)\s+as\s+(?:\$(\w+)\s*=>\s*)?\$(\w+)$~s', $head, $found)) {
            [$from, $key, $item] = [Expression::parse($found[1]), $found[2], $found[3]];
        } else {
            $given = Expression::attributes($head);
            $from = $given['from'];
            $key = isset($given['key']) ? Expression::evaluate($given['key'], []) : '';
            $item = Expression::evaluate($given['item'], []);
        }
        [$body, $end] = $this->block(['foreachelse', '/foreach']);
        $otherwise = $end === 'foreachelse' ? $this->block(['/foreach'])[0] : [];

        return ['foreach', $from, $key, $item, $body, $otherwise];
    }

    private function renderNodes(array $nodes, array &$variables, callable $include): string
    {
        $html = '';
        foreach ($nodes as $node) {
            $html .= $this->renderNode($node, $variables, $include);
        }

        return $html;
    }

    private function renderNode(array $node, array &$variables, callable $include): string
    {
        switch ($node[0]) {
            case 'text':
                return $node[1];
            case 'print':
                $value = (string) Expression::evaluate($node[1], $variables);
                return $node[2] ? $value : htmlspecialchars($value, ENT_QUOTES | ENT_SUBSTITUTE);
            case 'set':
                $variables[$node[1]] = Expression::evaluate($node[2], $variables);
                return '';
            case 'group':
                return $this->renderNodes($node[1], $variables, $include);
            case 'include':
                $given = array_map(fn ($tree) => Expression::evaluate($tree, $variables), $node[1]);
                return $include((string) ($given['file'] ?? ''), $given + $variables);
            case 'if':
                foreach ($node[1] as [$test, $body]) {
                    if (Expression::evaluate($test, $variables)) {
                        return $this->renderNodes($body, $variables, $include);
                    }
                }
                return '';
            default:
                return $this->renderLoop($node, $variables, $include);
        }
    }

    private function renderLoop(array $node, array &$variables, callable $include): string
    {
        [, $from, $key, $item, $body, $otherwise] = $node;
        $values = Expression::evaluate($from, $variables) ?: [];
        if ($values === []) {
            return $this->renderNodes($otherwise, $variables, $include);
        }
        $html = '';
        foreach ($values as $name => $value) {
            $variables[$item] = $value;
            if ($key !== '') {
                $variables[$key] = $name;
            }
            $html .= $this->renderNodes($body, $variables, $include);
        }

        return $html;
    }
}
