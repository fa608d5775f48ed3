<?php

namespace Wasl\Demo\CsCart;

/** @var string $message */
?>
<div class="card pad">
<h1><?= t($message) ?></h1>
<p><?= t("$message.text") ?></p>
<p><a class="button" href="/admin.php"><?= t("office.title") ?></a></p>
</div>
