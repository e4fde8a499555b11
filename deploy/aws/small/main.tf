# One ARM machine with everything on it: web, worker and Caddy, which fetches the certificate. No NAT gateway, no load balancer, no RDS.
# The database is on a disk of its own, which outlives the machine and is copied four times a day; photos and results are in S3.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_availability_zones" "here" {
  state = "available"
}

data "aws_ssm_parameter" "system" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

locals {
  name = "bookimg-${var.environment}"
  zone = sort(data.aws_availability_zones.here.names)[0]
}

# ── Network ─────────────────────────────────────────────────────────────────────────────────────────────────────────
resource "aws_vpc" "this" {
  cidr_block           = "10.20.0.0/24"
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

resource "aws_subnet" "this" {
  vpc_id            = aws_vpc.this.id
  availability_zone = local.zone
  cidr_block        = aws_vpc.this.cidr_block
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route" "out" {
  route_table_id         = aws_vpc.this.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_security_group" "this" {
  name        = local.name
  description = "Pages; operators sign in through Systems Manager, not SSH"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "world" {
  for_each          = { http = ["tcp", 80], https = ["tcp", 443], http3 = ["udp", 443] }
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = each.value[0]
  from_port         = each.value[1]
  to_port           = each.value[1]
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_eip" "this" {
  domain   = "vpc"
  instance = aws_instance.this.id
}

resource "aws_route53_record" "site" {
  zone_id = var.zone_id
  name    = var.domain
  type    = "A"
  ttl     = 60
  records = [aws_eip.this.public_ip]
}

# ── The machine and its disk ────────────────────────────────────────────────────────────────────────────────────────
resource "aws_instance" "this" {
  ami                         = data.aws_ssm_parameter.system.value
  instance_type               = var.instance.type
  subnet_id                   = aws_subnet.this.id
  vpc_security_group_ids      = [aws_security_group.this.id]
  associate_public_ip_address = true # until the fixed address is attached
  iam_instance_profile        = aws_iam_instance_profile.this.name
  user_data_replace_on_change = true
  tags                        = { Name = local.name }

  user_data = templatefile("${path.module}/cloud-init.yaml", {
    name        = local.name
    region      = var.region
    domain      = var.domain
    registry    = split("/", aws_ecr_repository.this.repository_url)[0]
    repository  = aws_ecr_repository.this.repository_url
    mail        = aws_ssm_parameter.mail.name
    environment = join("\n", [for name, value in local.environment : "${name}=${value}"])
  })

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 8
    encrypted   = true
  }

  credit_specification {
    cpu_credits = "standard" # slower after much work, and never an unexpected cost
  }

  lifecycle {
    ignore_changes = [ami] # updates are installed every night; a new machine is your decision
  }

  depends_on = [aws_route.out]
}

resource "aws_ebs_volume" "data" {
  availability_zone = local.zone
  type              = "gp3"
  size              = var.instance.disk
  encrypted         = true
  tags              = { Name = "${local.name}-data", snapshots = local.name }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "data" {
  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.data.id
  instance_id                    = aws_instance.this.id
  stop_instance_before_detaching = true
}

locals {
  environment = {
    PUBLIC_URL         = "https://${var.domain}"
    DATA_DIR           = "/data"
    STORAGE            = "s3"
    S3_BUCKET          = aws_s3_bucket.files.id
    AWS_REGION         = var.region
    CONTACT            = var.contact
    DEFAULT_FROM_EMAIL = var.email_from
    EMAIL_VERIFICATION = "mandatory"
    DEMO               = "0"
    LOG_FORMAT         = "json"
  }
}

# You enter the address and key of your email account by hand (docs/aws.md); nothing else knows them.
resource "aws_ssm_parameter" "mail" {
  name             = "/${local.name}/mail"
  type             = "SecureString"
  value_wo         = "consolemail://"
  value_wo_version = 1
}

# ── Copies of the disk: every six hours, for a week ──────────────────────────────────────────────────────────────────
resource "aws_dlm_lifecycle_policy" "snapshots" {
  description        = "${local.name} data disk"
  execution_role_arn = aws_iam_role.snapshots.arn

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { snapshots = local.name }

    schedule {
      name      = "every six hours"
      copy_tags = true

      create_rule {
        interval = 6
      }

      retain_rule {
        count = 28
      }
    }
  }
}

# ── Files and the image ─────────────────────────────────────────────────────────────────────────────────────────────
resource "aws_s3_bucket" "files" {
  bucket = "${local.name}-files-${data.aws_caller_identity.this.account_id}"
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  rule {
    id     = "deleted"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.files]
}

resource "aws_s3_bucket_cors_configuration" "files" {
  bucket = aws_s3_bucket.files.id

  cors_rule {
    allowed_origins = ["https://${var.domain}"]
    allowed_methods = ["PUT"]
    allowed_headers = ["content-type"]
    max_age_seconds = 3000
  }
}

resource "aws_ecr_repository" "this" {
  name                 = local.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "keep the last two, to go back to"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 2 }
      action       = { type = "expire" }
    }]
  })
}

# ── Roles ───────────────────────────────────────────────────────────────────────────────────────────────────────────
data "aws_iam_policy_document" "who" {
  for_each = toset(["ec2", "dlm"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "machine" {
  name               = "${local.name}-machine"
  assume_role_policy = data.aws_iam_policy_document.who["ec2"].json
}

resource "aws_iam_instance_profile" "this" {
  name = local.name
  role = aws_iam_role.machine.name
}

resource "aws_iam_role_policy_attachment" "operators" {
  role       = aws_iam_role.machine.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

data "aws_iam_policy_document" "machine" {
  statement {
    sid       = "Files"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.files.arn}/*"]
  }

  statement {
    sid       = "FilesThere"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.files.arn]
  }

  statement {
    sid       = "FindTheRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "FetchTheImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.this.arn]
  }

  statement {
    sid       = "ReadTheKeys"
    actions   = ["ssm:GetParameter"]
    resources = [aws_ssm_parameter.mail.arn]
  }
}

resource "aws_iam_role_policy" "machine" {
  name   = "machine"
  role   = aws_iam_role.machine.id
  policy = data.aws_iam_policy_document.machine.json
}

resource "aws_iam_role" "snapshots" {
  name               = "${local.name}-snapshots"
  assume_role_policy = data.aws_iam_policy_document.who["dlm"].json
}

resource "aws_iam_role_policy_attachment" "snapshots" {
  role       = aws_iam_role.snapshots.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
}

# ── Alarms; ten alarms and two budgets are free ──────────────────────────────────────────────────────────────────────
resource "aws_sns_topic" "operators" {
  name = "${local.name}-operators"
}

resource "aws_sns_topic_subscription" "operators" {
  for_each  = toset(var.operators)
  topic_arn = aws_sns_topic.operators.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "machine" {
  for_each            = { StatusCheckFailed_System = ["arn:aws:automate:${var.region}:ec2:recover"], StatusCheckFailed_Instance = ["arn:aws:automate:${var.region}:ec2:reboot"] }
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = "The machine does not respond; it is repaired automatically"
  namespace           = "AWS/EC2"
  metric_name         = each.key
  dimensions          = { InstanceId = aws_instance.this.id }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = concat(each.value, [aws_sns_topic.operators.arn])
}

resource "aws_cloudwatch_metric_alarm" "throttled" {
  alarm_name          = "${local.name}-throttled"
  alarm_description   = "The processor's credits are used up, so the machine is slow: a larger instance, or fewer photos at once"
  namespace           = "AWS/EC2"
  metric_name         = "CPUCreditBalance"
  dimensions          = { InstanceId = aws_instance.this.id }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 6
  comparison_operator = "LessThanThreshold"
  threshold           = 10
  alarm_actions       = [aws_sns_topic.operators.arn]
}

resource "aws_budgets_budget" "month" {
  name         = local.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = ["user:environment$${var.environment}"]
  }

  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.operators
  }
}

output "repository" {
  value = aws_ecr_repository.this.repository_url
}

output "release" {
  value = { instance = aws_instance.this.id }
}
