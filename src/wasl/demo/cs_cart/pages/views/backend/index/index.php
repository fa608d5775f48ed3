<?php

namespace Wasl\Demo\CsCart;

$steps = ['addon' => 'addons.manage', 'method' => 'payments.manage', 'order' => 'orders.manage'];
?>
<h1><?= t('office.welcome') ?></h1>
<ol class="steps">
<?php foreach ($steps as $step => $dispatch) : ?>
<li><a href="/admin.php?dispatch=<?= $dispatch ?>"><?= t("office.step.$step") ?></a><br><span class="muted"><?= t("office.step.$step.text") ?></span></li>
<?php endforeach ?>
</ol>
