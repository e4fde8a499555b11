# Each zone has two kinds of subnets: public ones for the load balancer and the NAT gateways, private ones for tasks and data.

resource "aws_vpc" "this" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

locals {
  zones = toset(slice(data.aws_availability_zones.here.names, 0, var.zones))
  place = { for number, zone in sort(local.zones) : zone => number }
  ways  = var.nat_per_zone ? local.zones : toset([sort(local.zones)[0]])
}

resource "aws_subnet" "public" {
  for_each          = local.zones
  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, local.place[each.key])
  tags              = { Name = "${local.name}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each          = local.zones
  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 8, 100 + local.place[each.key])
  tags              = { Name = "${local.name}-private-${each.key}" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_eip" "way" {
  for_each = local.ways
  domain   = "vpc"
}

resource "aws_nat_gateway" "way" {
  for_each      = local.ways
  allocation_id = aws_eip.way[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table" "private" {
  for_each = local.zones
  vpc_id   = aws_vpc.this.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.way[var.nat_per_zone ? each.key : sort(local.ways)[0]].id
  }
}

resource "aws_route_table_association" "public" {
  for_each       = local.zones
  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each       = local.zones
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# Photos go to S3 without passing through a NAT gateway, which charges by the gigabyte.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.this.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = [for table in aws_route_table.private : table.id]
}

# ── Security groups: the world reaches the balancer, the balancer reaches web, tasks reach the database ────────────────
resource "aws_security_group" "balancer" {
  name        = "${local.name}-balancer"
  description = "The load balancer"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "web" {
  name        = "${local.name}-web"
  description = "Pages and websockets"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "worker" {
  name        = "${local.name}-worker"
  description = "Background work, without inbound connections"
  vpc_id      = aws_vpc.this.id
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "PostgreSQL"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "world_to_balancer" {
  for_each          = toset(var.cdn ? ["443"] : ["80", "443"])
  security_group_id = aws_security_group.balancer.id
  cidr_ipv4         = var.cdn ? null : "0.0.0.0/0"
  prefix_list_id    = var.cdn ? data.aws_ec2_managed_prefix_list.cloudfront[0].id : null
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
}

resource "aws_vpc_security_group_egress_rule" "balancer_to_web" {
  security_group_id            = aws_security_group.balancer.id
  referenced_security_group_id = aws_security_group.web.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "balancer_to_web" {
  security_group_id            = aws_security_group.web.id
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_world" {
  for_each          = local.tasks
  security_group_id = each.value
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "tasks_to_database" {
  for_each                     = local.tasks
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

locals {
  port  = 8000
  tasks = { web = aws_security_group.web.id, worker = aws_security_group.worker.id }
}
