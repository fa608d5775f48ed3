<?php

namespace Wasl\Demo\CsCart;

/** @var array{dispatch: string, fields: array<string, scalar>, label: string, class?: string, id?: string} $post a button that is a form of its own */
?>
<form method="post" action="/admin.php?dispatch=<?= e($post['dispatch']) ?>"><?= form_proof() ?><?php foreach ($post['fields'] as $name => $value) : ?><input type="hidden" name="<?= e($name) ?>" value="<?= e($value) ?>"><?php endforeach ?><button class="<?= e($post['class'] ?? '') ?>"<?= isset($post['id']) ? ' id="' . e($post['id']) . '"' : '' ?>><?= e($post['label']) ?></button></form>
