<?php

/**
 * The page that waits for the truth about a payment: whole and by itself, so that no theme can break it.
 *
 * It has $order, $params (the signed query), $claim (what was signed) and $state (confirming, pending, held). It goes on
 * looking for two minutes, reloading itself where there are no scripts; then it says that the buyer will be told.
 */

defined('BOOTSTRAP') or die('Access denied');

$patience = WASL_PATIENCE - (time() - $claim['wasl_time']);
$language = $order['lang_code'];
$signed = ['order_id', 'wasl_payment', 'wasl_order', 'wasl_state', 'wasl_time', 'wasl_signature'];
$query = http_build_query(array_intersect_key($params, array_flip($signed)));
$shown = $state === 'confirming' && $patience <= 0 ? 'late' : $state;
$print = function ($text) {
    echo htmlspecialchars($text, ENT_QUOTES, 'UTF-8');
};

header('Content-Type: text/html; charset=utf-8');
header('Cache-Control: no-store');
// The address of this page is signed for its buyer alone.
header('Referrer-Policy: same-origin');
?>
<!DOCTYPE html>
<html lang="<?php $print($language); ?>" dir="<?php echo in_array($language, ['ar', 'fa', 'he', 'ur'], true) ? 'rtl' : 'ltr'; ?>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title><?php $print(__("wasl.{$shown}_title", [], $language)); ?></title>
<?php if ($patience > 0) : ?>
<noscript><meta http-equiv="refresh" content="2"></noscript>
<?php endif; ?>
<style>
:root { color-scheme: light dark; --paper: #fff; --ground: #f3f5f7; --ink: #17212b; --quiet: #55636f; --accent: #0b6e5f; --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #18212a; --ground: #0e141a; --ink: #edf2f6; --quiet: #a5b3bf; --accent: #57c9b5; --on-accent: #06241f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1.0625rem/1.7 system-ui, "Segoe UI", Tahoma, "Noto Sans Arabic", sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem 1.5rem; border-radius: 1rem; background: var(--paper); text-align: center; }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.4; }
p { margin: 0 0 1rem; }
.quiet { color: var(--quiet); font-size: .9375rem; }
.links { display: grid; gap: .75rem; margin-top: 1.5rem; }
.links a { display: block; padding: .75rem 1rem; border-radius: .625rem; border: 1px solid var(--accent); color: var(--accent);
  text-decoration: none; }
.links a:first-child { background: var(--accent); color: var(--on-accent); }
.links a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.pulse { display: flex; justify-content: center; gap: .5rem; height: 3rem; align-items: center; }
.pulse span { width: .625rem; height: .625rem; border-radius: 50%; background: var(--accent); animation: pulse 1.2s infinite ease-in-out; }
.pulse span:nth-child(2) { animation-delay: .2s; }
.pulse span:nth-child(3) { animation-delay: .4s; }
@keyframes pulse { 50% { opacity: .25; transform: scale(.7); } }
@media (prefers-reduced-motion: reduce) { .pulse span { animation: none; } }
[hidden] { display: none !important; }
</style>
</head>
<body>
<main id="wasl-confirming" data-state="<?php $print($shown); ?>" data-patience="<?php echo (int) $patience; ?>"
 data-ask="<?php $print(fn_url("wasl.progress?$query", 'C', 'current')); ?>"
 data-next="<?php $print(fn_url("wasl.return?$query", 'C', 'current')); ?>">
<div role="status" aria-live="polite">
<?php foreach (['confirming', 'pending', 'held', 'late'] as $name) : ?>
<section data-when="<?php echo $name; ?>"<?php echo $name === $shown ? '' : ' hidden'; ?>>
<?php if ($name === 'confirming') : ?>
<div class="pulse" aria-hidden="true"><span></span><span></span><span></span></div>
<?php endif; ?>
<h1><?php $print(__("wasl.{$name}_title", [], $language)); ?></h1>
<p><?php $print(__("wasl.{$name}_text", [], $language)); ?></p>
</section>
<?php endforeach; ?>
</div>
<p class="quiet"><?php $print(__('wasl.do_not_pay_again', [], $language)); ?></p>
<p class="quiet"><?php $print(__('wasl.order', [], $language)); ?> <bdi>#<?php $print($order['order_id']); ?></bdi></p>
<nav class="links"<?php echo $shown === 'confirming' ? ' hidden' : ''; ?>>
<a href="<?php $print(fn_url("orders.details?order_id=$order[order_id]", 'C', 'current')); ?>"><?php $print(__('wasl.see_order', [], $language)); ?></a>
<a href="<?php $print(fn_url('', 'C', 'current')); ?>"><?php $print(__('wasl.to_shop', [], $language)); ?></a>
</nav>
</main>
<script>
(function () {
  'use strict';
  var EVERY_MS = 1000, ANSWER_WITHIN_MS = 10000;
  var page = document.getElementById('wasl-confirming');
  var until = Date.now() + Number(page.dataset.patience) * 1000;

  function show(state) {
    if (state === page.dataset.state) { return; }
    page.dataset.state = state;
    page.querySelectorAll('section').forEach(function (section) { section.hidden = section.dataset.when !== state; });
    page.querySelector('nav').hidden = state === 'confirming';
    document.title = page.querySelector('section[data-when="' + state + '"] h1').textContent;
  }

  function heard(answer) {
    if (answer.state === 'settled') { location.replace(page.dataset.next); return; }
    if (answer.state !== 'unknown') { show(answer.state); }
    setTimeout(look, EVERY_MS);
  }

  function look() {
    if (Date.now() > until) {
      if (page.dataset.state === 'confirming') { show('late'); }
      return;
    }
    var patience = new AbortController();
    var timer = setTimeout(function () { patience.abort(); }, ANSWER_WITHIN_MS);
    fetch(page.dataset.ask, { credentials: 'same-origin', cache: 'no-store', signal: patience.signal })
      .then(function (answer) { return answer.json(); })
      .finally(function () { clearTimeout(timer); })
      .then(heard, function () { setTimeout(look, EVERY_MS); });
  }

  setTimeout(look, EVERY_MS);
}());
</script>
</body>
</html>
