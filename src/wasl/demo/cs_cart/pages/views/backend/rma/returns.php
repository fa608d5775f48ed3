<?php

namespace Wasl\Demo\CsCart;

/** @var array[] $returns */
$view->assign('title', \__('office.returns'));
?>
<h1><?= t('office.returns') ?></h1>
<div class="card scroll">
<?php if (!$returns) : ?>
<p class="pad muted"><?= t('office.no_returns') ?></p>
<?php else : ?>
<table>
<thead><tr><th><?= t('office.id') ?></th><th><?= t('office.status') ?></th><th><?= t('office.date') ?></th><th><?= t('office.order') ?></th><th><?= t('office.wants') ?></th></tr></thead>
<tbody>
    <?php foreach ($returns as $return) : ?>
<tr><td><a href="/admin.php?dispatch=rma.details&amp;return_id=<?= e($return['return_id']) ?>">#<bdi><?= e($return['return_id']) ?></bdi></a></td>
<td><span class="badge"><?= e(word('return_status', $return['status'])) ?></span></td><td><bdi><?= date('Y-m-d H:i', (int) $return['timestamp']) ?></bdi></td>
<td><a href="/admin.php?dispatch=orders.details&amp;order_id=<?= e($return['order_id']) ?>">#<bdi><?= e($return['order_id']) ?></bdi></a></td>
<td><?= e(word('return_action', $return['action'])) ?></td></tr>
    <?php endforeach ?>
</tbody>
</table>
<?php endif ?>
</div>
