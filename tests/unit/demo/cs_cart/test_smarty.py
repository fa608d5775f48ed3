"""The part of Smarty that shows an add-on's settings: what it knows, how it escapes, what it refuses."""

import json
import subprocess
from typing import Any, Final

import pytest

from unit.demo.cs_cart.phpshop import CODE

RENDER: Final = """
foreach (['SyntaxError', 'Modifiers', 'Expression', 'Template'] as $part) { require "$argv[1]/pages/smarty/$part.php"; }
function __($name, $values = []) { return strtr("<$name [n]>", $values); }
function fn_url($url, $area = '') { return "$area:$url"; }
[$source, $variables] = json_decode($argv[2], true);
try {
    $include = fn ($file, $given) => "($file $given[title])";
    echo json_encode(['html' => (new Wasl\\Demo\\CsCart\\Smarty\\Template($source))->render($variables, $include)]);
} catch (Wasl\\Demo\\CsCart\\Smarty\\SyntaxError $trouble) {
    echo json_encode(['trouble' => $trouble->getMessage()]);
}
"""
VALUES: Final = {
    "n": 3,
    "name": "A&B",
    "params": {"store": "b", "list": ["x", "y"]},
    "stores": {"a": "First", "b": "Second"},
    "none": [],
}


def _render(source: str) -> dict[str, str]:
    words = ["php", "-r", RENDER, "--", str(CODE), json.dumps([source, VALUES])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("{$name}", "A&amp;B"),
        ("{$name nofilter}", "A&B"),
        ("{$name|escape}", "A&amp;B"),
        ("{$name|escape:url}", "A%26B"),
        ('{__("text", ["[n]" => $n])}', "&lt;text 3&gt;"),
        ("{$params.store}{$params['store']}{$params.list.1}{$params.list[0]}", "bbyx"),
        ("{$unknown.far.away}", ""),
        ('{$unknown|default:"d"}', "d"),
        ('{"page.x?y=`$n`"|fn_url:"C"}', "C:page.x?y=3"),
        ('{"[{$params.store}]"}', "[b]"),
        ("{if $n == 3 && !$none}yes{else}no{/if}", "yes"),
        ("{if $n gt 3}a{elseif $n eq 3 or $n}b{else}c{/if}", "b"),
        ("{if isset($params.gone)}a{else}b{/if}{if empty($none)}c{/if}", "bc"),
        (
            "{foreach from=$stores key=id item=store}{$id}={$store}{if $params.store == $id}!{/if};{/foreach}",
            "a=First;b=Second!;",
        ),
        (
            "{foreach $stores as $id => $store}{$id}{/foreach}{foreach $none as $x}x{foreachelse}none{/foreach}",
            "abnone",
        ),
        ('{assign var="m" value=$n+1}{$m}{$m = $m * 2}{$m}', "48"),
        ('{$n == 3 ? "three" : "other"}', "three"),
        ('{include file="common/subheader.tpl" title=$name}', "(common/subheader.tpl A&B)"),
        ("{literal}{$name}{/literal}{ldelim}{rdelim}{* {$name} *}", "{$name}{}"),
        ("<style>a { color: red }</style>", "<style>a { color: red }</style>"),
        ("{strip}<b>{$n}</b>{/strip}{hook name='x'}y{/hook}", "<b>3</b>y"),
    ],
)
def test_a_template_is_shown_as_smarty_shows_it(source: str, html: str) -> None:
    """Prints, conditions, loops, texts and modifiers; whatever is printed is escaped unless it says `nofilter`."""
    assert _render(source) == {"html": html}


@pytest.mark.parametrize(
    ("source", "trouble"),
    [
        ("{system('id')}", "a template may not call system()"),
        ("{$name|shell_exec}", "unknown modifier |shell_exec"),
        ("{php}echo 1;{/php}", "unknown tag {php}"),
        ("{if $n}x", "no {/if}"),
        ("{$n ~ 2}", "not understood: ~ 2"),
        ("{$n 2}", "too much in: $n 2"),
    ],
)
def test_what_is_not_known_is_named(source: str, trouble: str) -> None:
    """A template can call no function but the shop's own, and a tag that is not known is not passed over."""
    assert _render(source) == {"trouble": trouble}
