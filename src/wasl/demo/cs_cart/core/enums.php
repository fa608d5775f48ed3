<?php

/** The enumerations of newer releases that an add-on may name instead of letters. */

namespace Tygh\Enum;

final class OrderStatuses
{
    public const PAID = 'P';
    public const COMPLETE = 'C';
    public const OPEN = 'O';
    public const FAILED = 'F';
    public const DECLINED = 'D';
    public const BACKORDERED = 'B';
    public const CANCELED = 'I';
    public const INCOMPLETED = 'N';
    public const PARENT = 'T';
}

final class YesNo
{
    public const YES = 'Y';
    public const NO = 'N';
}

final class ObjectStatuses
{
    public const ACTIVE = 'A';
    public const DISABLED = 'D';
    public const HIDDEN = 'H';
}

final class NotificationSeverity
{
    public const NOTICE = 'N';
    public const WARNING = 'W';
    public const ERROR = 'E';
}

final class SiteArea
{
    public const STOREFRONT = 'C';
    public const ADMIN_PANEL = 'A';
}

final class UserTypes
{
    public const CUSTOMER = 'C';
    public const ADMIN = 'A';
    public const VENDOR = 'V';
}
