<?php

namespace Wasl\Demo\CsCart;

/** @var array[] $products */
$view->assign('title', \__('office.products'));
?>
<h1><?= t('office.products') ?></h1>
<form class="card scroll" method="post" action="/admin.php?dispatch=products.m_update">
<?= form_proof() ?>
<table>
<thead><tr><th><?= t('office.product') ?></th><th class="sum"><?= t('office.price') ?></th><th class="sum"><?= t('office.quantity') ?></th></tr></thead>
<tbody>
<?php foreach ($products as $id => $product) : ?>
<tr><td><label for="amount_<?= e($id) ?>"><?= e(product_name($product)) ?></label><br><span class="muted"><bdi><?= e($product['product_code']) ?></bdi></span></td>
<td class="sum"><bdi><?= e(price($product['price'], CART_PRIMARY_CURRENCY)) ?></bdi></td>
<td class="sum"><input type="number" min="0" class="short" name="products_data[<?= e($id) ?>][amount]" id="amount_<?= e($id) ?>" value="<?= e($product['amount']) ?>"></td></tr>
<?php endforeach ?>
</tbody>
</table>
<div class="buttons"><button class="main" id="save-products"><?= t('office.save') ?></button></div>
</form>
